//! A run that is killed, at every point where its state changes and at instants in between, is continued and ends with
//! what an unbroken run leaves. More than 300 kills; `disasters` adds as many power cuts.

#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use crate::support::{Project, copy, until_line};

/// Tests of this file run side by side, and each kills in so many runs at a time.
const WORKERS: usize = 3;

/// A job with the store that it starts from.
pub(crate) struct Scene {
    before: Project,
    arguments: Vec<String>,
    /// What an unbroken run leaves.
    content: String,
    /// How long that took.
    took: Duration,
    /// How many lines it told.
    lines: usize,
}

impl Scene {
    pub(crate) fn complete() -> Self {
        Self::new(Project::demo(), "Demo_Complete", "appsettings.agent.json")
    }

    pub(crate) fn incremental() -> Self {
        let before = Project::demo();
        let arguments = arguments("Demo_Complete", "appsettings.agent.json");
        assert_eq!(run(&before, &arguments).code, Some(0));
        Self::new(before, "Demo_Incremental", "appsettings.changes.json")
    }

    fn new(before: Project, job: &str, settings: &str) -> Self {
        let arguments = arguments(job, settings);
        let scene = Self { before, arguments, content: String::new(), took: Duration::ZERO, lines: 0 };
        let unbroken = scene.start();
        let begun = Instant::now();
        let outcome = run(&unbroken, &scene.arguments);
        assert_eq!(outcome.code, Some(0), "{outcome}");
        Self { content: left(&unbroken), took: begun.elapsed(), lines: outcome.stderr.lines().count(), ..scene }
    }

    /// A folder with the store and the directory as they were before.
    pub(crate) fn start(&self) -> Project {
        let project = Project::new();
        copy(&self.before.path("."), &project.path("."));
        project
    }

    pub(crate) fn arguments(&self) -> Vec<&str> {
        self.arguments.iter().map(String::as_str).collect()
    }

    /// Goes on until the job has ended, and compares what it left.
    pub(crate) fn finish(&self, project: &Project, whence: &str) {
        let state = self.state(project);
        let outcome = match state.as_deref() {
            // Killed before the run was recorded: nothing has happened.
            None => run(project, &self.arguments),
            Some("interrupted") => project.run(&["run", "--resume"]),
            Some("completed") => return assert_eq!(left(project), self.content, "{whence}"),
            Some(other) => panic!("{whence}: the run is {other}"),
        };
        assert_eq!(outcome.code, Some(0), "{whence}: {outcome}");
        assert_eq!(self.state(project).as_deref(), Some("completed"), "{whence}");
        assert_eq!(left(project), self.content, "{whence}: not what an unbroken run leaves");
    }

    /// The state of the last run of the job; none where no run of it is recorded.
    pub(crate) fn state(&self, project: &Project) -> Option<String> {
        let job = self.arguments.iter().position(|word| word == "--job").map(|at| &self.arguments[at + 1]);
        if !project.path(".jobwright/store.db").exists() {
            return None;
        }
        let runs = project.run(&["runs", "--format", "json"]).json();
        let last = runs["runs"].as_array().unwrap().first()?;
        (last["job"].as_str() == job.map(String::as_str)).then(|| last["state"].as_str().unwrap().to_owned())
    }
}

/// The content of the store, and the directory that orders were executed in.
pub(crate) fn left(project: &Project) -> String {
    let file = |name: &str| project.read(&format!("examples/demo/data/{name}.csv"));
    [project.content(), file("accounts"), file("memberships")].join("\n")
}

fn arguments(job: &str, settings: &str) -> Vec<String> {
    let settings = format!("examples/demo/{settings}");
    ["run", "examples/demo", "--job", job, "--appsettings", &settings].map(str::to_owned).to_vec()
}

fn run(project: &Project, arguments: &[String]) -> crate::support::Outcome {
    project.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>())
}

/// Calls `work` with 1, 2, … until it says that this was enough.
pub(crate) fn for_each_number(work: impl Fn(u64) -> bool + Sync) -> u64 {
    let (next, last) = (AtomicU64::new(1), AtomicU64::new(u64::MAX));
    std::thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number > last.load(Ordering::Relaxed) {
                        return;
                    }
                    if !work(number) {
                        last.fetch_min(number, Ordering::Relaxed);
                    }
                }
            });
        }
    });
    last.into_inner()
}

fn at_every_point(scene: &Scene) -> u64 {
    for_each_number(|point| {
        let project = scene.start();
        let mut command = project.command(&scene.arguments());
        let killed = command.env("JOBWRIGHT_KILL_AT", point.to_string()).output().unwrap();
        scene.finish(&project, &format!("killed at point {point}"));
        killed.status.code().is_none()
    })
}

#[test]
fn a_complete_run_survives_a_kill_at_every_point() {
    let points = at_every_point(&Scene::complete());
    assert!(points > 60, "only {points} points were passed");
}

#[test]
fn an_incremental_run_survives_a_kill_at_every_point() {
    let points = at_every_point(&Scene::incremental());
    assert!(points > 60, "only {points} points were passed");
}

#[test]
fn a_run_that_is_killed_again_and_again_ends_all_the_same() {
    for scene in [Scene::complete(), Scene::incremental()] {
        // Taking the run up, beginning a task and committing it are nine points: fewer would never get anywhere.
        for step in [9, 14, 23] {
            let project = scene.start();
            let mut arguments = scene.arguments();
            let mut kills = 0;
            loop {
                let mut command = project.command(&arguments);
                if command.env("JOBWRIGHT_KILL_AT", step.to_string()).output().unwrap().status.code().is_some() {
                    break;
                }
                kills += 1;
                assert!(kills < 200, "no progress with a kill at every point {step}");
                if scene.state(&project).is_some() {
                    arguments = vec!["run", "--resume"];
                }
            }
            scene.finish(&project, &format!("killed {kills} times at point {step}"));
        }
    }
}

#[test]
fn a_run_survives_a_kill_after_each_of_its_lines() {
    for scene in [Scene::complete(), Scene::incremental()] {
        for_each_number(|number| {
            let project = scene.start();
            let mut child = project.command(&scene.arguments()).spawn().unwrap();
            let seen = AtomicU64::new(0);
            let rest = until_line(&mut child, |_| seen.fetch_add(1, Ordering::Relaxed) + 1 == number);
            child.kill().unwrap();
            child.wait().unwrap();
            rest.join().unwrap();
            scene.finish(&project, &format!("killed after line {number}"));
            number < scene.lines as u64
        });
    }
}

#[test]
fn a_run_survives_a_kill_at_any_instant() {
    for scene in [Scene::complete(), Scene::incremental()] {
        let whole = u64::try_from(scene.took.as_micros()).unwrap();
        for_each_number(|number| {
            let project = scene.start();
            // Spread over the run without a pattern, the same each time: multiples of the golden ratio.
            let instant = Duration::from_micros(number * 618_034 % 1_000_000 * whole / 1_000_000);
            let begun = Instant::now();
            let mut child = project.command(&scene.arguments()).spawn().unwrap();
            while begun.elapsed() < instant {
                std::thread::yield_now();
            }
            child.kill().unwrap();
            child.wait_with_output().unwrap();
            scene.finish(&project, &format!("killed after {instant:?}"));
            number < 60
        });
    }
}
