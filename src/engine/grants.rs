//! Tasks that may begin without waiting for the dispatcher: their turn comes next whatever becomes of the tasks that run,
//! and the store says that they may have begun.
//!
//! The dispatcher grants them in the flush that the end of another task needs anyway. Whoever has ended a task takes the
//! next one in its place, so that no more tasks run than may, and tells both ends of that in one report. What is taken
//! and what is told happen under one lock: nobody takes a task once one has ended badly, or the run is cancelled, and
//! whatever was taken before that has been told before that.

use std::collections::VecDeque;
use std::sync::mpsc::Sender;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use super::clock::Timestamp;
use super::control::Control;
use super::executor::{Ending, Order, Report};
use super::failpoint;
use super::state::TaskState;

/// The tasks that are granted and not taken.
pub(super) struct Grants {
    control: Control,
    waiting: Mutex<Waiting>,
}

#[derive(Default)]
struct Waiting {
    orders: VecDeque<Order>,
    /// A task has stopped the job.
    stopped: bool,
}

impl Grants {
    /// None as yet, in a run that ends as `control` says.
    pub(super) fn new(control: Control) -> Self {
        Self { control, waiting: Mutex::default() }
    }

    /// Grants tasks. The store must say so already.
    pub(super) fn offer(&self, orders: impl IntoIterator<Item = Order>) {
        self.lock().orders.extend(orders);
    }

    /// Takes back every task that has not been taken.
    pub(super) fn withdraw(&self) -> Vec<Order> {
        self.lock().orders.drain(..).collect()
    }

    /// Takes back one; none if somebody has taken it.
    pub(super) fn withdraw_one(&self, place: usize) -> Option<Order> {
        let orders = &mut self.lock().orders;
        let at = orders.iter().position(|order| order.place == place)?;
        orders.remove(at)
    }

    /// Tells that a task has ended. With `takes`, gives the next one to whoever tells it, if there is one.
    pub(super) fn ended(
        &self,
        reports: &Sender<Report>,
        place: usize,
        ending: Ending,
        took: Duration,
        takes: bool,
    ) -> Option<Order> {
        let mut waiting = self.lock();
        waiting.stopped |= !matches!(&ending, Ending::Committed(outcome) if outcome.state != TaskState::Blocked);
        let goes_on = takes && !waiting.stopped && !self.control.is_cancelled();
        let next = if goes_on { waiting.orders.pop_front() } else { None };
        let begun = next.as_ref().map(|order| (order.place, Timestamp::now()));
        // The dispatcher is gone only when the run ends in an error that it reports itself.
        let told = reports.send(Report::Ended(place, ending, took, begun));
        let next = if told.is_ok() {
            next
        } else {
            // Nobody would write that it has begun, so it has not.
            waiting.orders.extend(next);
            None
        };
        drop(waiting);
        failpoint::reach();
        next
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, channel};

    use super::*;
    use crate::engine::store::Outcome;

    fn order(place: usize) -> Order {
        Order { place, approval: None, attempt: 1 }
    }

    fn ending(state: TaskState) -> Ending {
        let counters = std::collections::BTreeMap::new();
        Ending::Committed(Outcome { state, counters, message: None, ended: Timestamp(0), list: None })
    }

    struct Scene(Grants, Control, Sender<Report>, Receiver<Report>);

    impl Scene {
        fn new() -> Self {
            let (control, (sender, receiver)) = (Control::new(), channel());
            let grants = Grants::new(control.clone());
            grants.offer([order(7), order(8)]);
            Self(grants, control, sender, receiver)
        }

        /// What is taken by whoever ends task 1 so, and is told to be.
        fn taken(&self, ending: Ending, takes: bool) -> Option<usize> {
            let taken = self.0.ended(&self.2, 1, ending, Duration::ZERO, takes).map(|order| order.place);
            let Ok(Report::Ended(1, _, _, begun)) = self.3.try_recv() else { panic!("nothing was told") };
            assert_eq!(begun.map(|(place, _)| place), taken);
            taken
        }
    }

    #[test]
    fn whoever_ends_a_task_takes_the_next_in_order() {
        let scene = Scene::new();
        assert_eq!(scene.taken(ending(TaskState::Completed), false), None, "an embedded task takes no program");
        assert_eq!(scene.taken(ending(TaskState::Warning), true), Some(7));
        assert_eq!(scene.0.withdraw_one(7).map(|order| order.place), None, "it was taken");
        assert_eq!(scene.0.withdraw_one(8).map(|order| order.place), Some(8));
        assert_eq!(scene.taken(ending(TaskState::Unchanged), true), None, "there is none");
    }

    #[test]
    fn nothing_is_taken_behind_a_task_that_stops_the_job_or_a_cancel() {
        for bad in [
            ending(TaskState::Blocked),
            Ending::Failed(String::new()),
            Ending::CutOff(String::new()),
            Ending::GaveUp,
            Ending::Withdrawn,
        ] {
            let scene = Scene::new();
            assert_eq!(scene.taken(bad, true), None);
            assert_eq!(scene.taken(ending(TaskState::Completed), true), None, "nor by anybody else");
            assert_eq!(scene.0.withdraw().len(), 2);
        }
        let scene = Scene::new();
        scene.1.cancel();
        assert_eq!(scene.taken(ending(TaskState::Completed), true), None);
    }

    #[test]
    fn a_task_is_not_begun_when_nobody_hears_of_it() {
        let Scene(grants, _, sender, receiver) = Scene::new();
        drop(receiver);
        assert!(grants.ended(&sender, 1, ending(TaskState::Completed), Duration::ZERO, true).is_none());
        assert_eq!(grants.withdraw().len(), 2);
    }
}
