//! Laws of the board, over jobs and outcomes of any kind.

use proptest::prelude::*;

use super::*;
use crate::engine::sample::{job, task};

/// Per task: level, parents by place (also of its own or a later level), any or all, how it ends.
type Wish = (u32, Vec<usize>, bool, u8);

fn build(wishes: &[Wish]) -> Job {
    let name = |place: usize| format!("T{place}");
    let tasks = wishes.iter().enumerate().map(|(place, (level, parents, any, _))| {
        let mut parents: Vec<String> = parents.iter().map(|parent| name(parent % wishes.len())).collect();
        parents.retain(|parent| *parent != name(place));
        let parents: Vec<&str> = parents.iter().map(String::as_str).collect();
        let mut task = task(&name(place), *level).after(&parents);
        task.parents = if *any { Parents::Any } else { Parents::All };
        task
    });
    job("J", tasks.collect())
}

fn signal(end: u8) -> TaskSignal {
    match end % 8 {
        0 => TaskSignal::Unchanged,
        1 => TaskSignal::Tolerated,
        2 => TaskSignal::Failed,
        3 => TaskSignal::Blocked,
        4 => TaskSignal::GaveUp,
        _ => TaskSignal::Completed,
    }
}

proptest! {
    #[test]
    fn every_job_comes_to_an_end_and_launches_by_the_rules(
        wishes in prop::collection::vec((0..4u32, prop::collection::vec(0..12usize, 0..3), any::<bool>(), any::<u8>()), 1..12),
        jobs in 1..4usize,
        first_out in any::<bool>(),
    ) {
        let job = build(&wishes);
        let mut board = Board::new(&job).unwrap();
        let mut running: Vec<usize> = Vec::new();
        for _ in 0..=4 * wishes.len() {
            while let Some(step) = board.next(jobs) {
                let (place, signal) = match step {
                    Step::Ask(place, reason) => {
                        prop_assert!(!reason.is_empty());
                        let idle = |parent: &usize| {
                            matches!(board.states()[*parent], TaskState::Unchanged | TaskState::NotLaunched)
                        };
                        prop_assert!(board.parents[place].iter().any(idle), "a parent has nothing to pass on");
                        if wishes[place].3 % 2 == 0 {
                            running.push(place);
                            (place, TaskSignal::Launch)
                        } else {
                            (place, TaskSignal::Refused)
                        }
                    }
                    Step::Pass(place, signal, reason) => {
                        prop_assert!(!reason.is_empty());
                        (place, signal)
                    }
                    Step::Launch(place) => {
                        let level = job.tasks[place].level;
                        for (other, state) in board.states().iter().enumerate() {
                            prop_assert!(job.tasks[other].level >= level || state.is_final(), "levels are barriers");
                            prop_assert!(job.tasks[other].level <= level || !state.is_final() , "no level comes early");
                        }
                        let parents = &board.parents[place];
                        let content = parents.iter().filter(|parent| board.states()[**parent] == TaskState::Completed).count();
                        let enough = match job.tasks[place].parents {
                            Parents::All => content == parents.len(),
                            Parents::Any => content > 0 || parents.is_empty(),
                        };
                        prop_assert!(enough, "parents agree");
                        running.push(place);
                        (place, TaskSignal::Launch)
                    }
                };
                board.apply(place, signal).unwrap();
                prop_assert!(board.running() <= jobs);
            }
            if running.is_empty() {
                break;
            }
            let place = if first_out { running.remove(0) } else { running.pop().unwrap() };
            board.apply(place, signal(wishes[place].3)).unwrap();
        }
        prop_assert!(board.is_done(), "nothing waits for ever: {:?}", board.states());
    }
}

/// What is granted beside two running tasks of a job.
fn granted(job: &Job, most: usize, may: impl Fn(usize) -> bool) -> Vec<usize> {
    let mut board = Board::new(job).unwrap();
    while let Some(step) = board.next(2) {
        let Step::Launch(place) = step else { panic!("{step:?}") };
        board.apply(place, TaskSignal::Launch).unwrap();
    }
    let ahead = board.ahead(most, may);
    for place in &ahead {
        board.apply(*place, TaskSignal::Grant).unwrap();
    }
    assert!(board.ahead(ahead.len(), |_| true).is_empty(), "those that are granted count");
    assert_eq!(board.next(2), None, "nothing is launched as long as two run");
    if let Some(first) = ahead.first() {
        board.apply(0, TaskSignal::Completed).unwrap();
        assert_eq!(board.next(2), Some(Step::Launch(*first)), "what is granted is what comes next");
    }
    board.cancel();
    assert!(board.ahead(9, |_| true).is_empty(), "nothing more is granted once the job has stopped");
    ahead
}

#[test]
fn what_starts_next_whatever_happens_is_granted_and_nothing_else() {
    let side_by_side = job("J", (0..6).map(|number| task(&format!("T{number}"), u32::from(number == 5))).collect());
    assert_eq!(granted(&side_by_side, 2, |_| true), [2, 3]);
    assert_eq!(granted(&side_by_side, 9, |_| true), [2, 3, 4], "levels are barriers");
    assert_eq!(granted(&side_by_side, 9, |place| place != 3), [2], "the order is kept");
    assert_eq!(granted(&side_by_side, 0, |_| true), [0; 0]);
    let waits = |parents: &[&str]| job("J", vec![task("A", 0), task("B", 0), task("C", 0).after(parents), task("D", 0)]);
    assert_eq!(granted(&waits(&["A"]), 9, |_| true), [0; 0], "it depends on how a task ends that runs, and would be before D");
    assert_eq!(granted(&waits(&[]), 9, |_| true), [2, 3]);
}
