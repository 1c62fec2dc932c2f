//! Who executes the tasks of a run: each executor works on a thread of its own and takes the orders that are its.

use std::sync::mpsc;
use std::thread::Scope;

use crossbeam_channel::{Receiver, SendError, Sender};
use rusqlite::Connection;

use super::executor::{Executor, Order, Report};
use super::external::External;

/// Somebody who executes tasks: orders in, reports out.
pub(super) trait Execute: Send {
    /// Executes orders until no more can come.
    fn serve(self, orders: Receiver<Order>, reports: &mpsc::Sender<Report>);
}

/// The embedded tasks, on the one connection that writes the identity data.
struct Embedded<'a>(&'a Executor<'a>, Connection);

impl Execute for Embedded<'_> {
    fn serve(self, orders: Receiver<Order>, reports: &mpsc::Sender<Report>) {
        self.0.serve(self.1, &orders, reports);
    }
}

impl Execute for External<'_> {
    fn serve(self, orders: Receiver<Order>, reports: &mpsc::Sender<Report>) {
        External::serve(&self, &orders, reports);
    }
}

/// The executors of a run. They end when it is dropped.
pub(super) struct Crew<'a> {
    executor: &'a Executor<'a>,
    embedded: Sender<Order>,
    external: Option<Sender<Order>>,
}

impl<'a> Crew<'a> {
    /// Sets the executors to work; at most `jobs` programs at a time.
    pub(super) fn start<'s>(
        scope: &'s Scope<'s, '_>,
        executor: &'a Executor<'a>,
        embedded: Connection,
        external: Option<Connection>,
        jobs: usize,
    ) -> (Self, mpsc::Receiver<Report>)
    where
        'a: 's,
    {
        let (report, reports) = mpsc::channel();
        let external = external.zip(executor.records.as_ref()).map(|(store, records)| {
            let workers = jobs.clamp(1, executor.programs.count().max(1));
            set_to_work(scope, External::new(executor, store, records, workers), report.clone())
        });
        let embedded = set_to_work(scope, Embedded(executor, embedded), report);
        (Self { executor, embedded, external }, reports)
    }

    /// Hands a task to the executor whose it is.
    pub(super) fn send(&self, order: Order) -> Result<(), SendError<Order>> {
        match &self.external {
            Some(external) if self.executor.programs.command(order.place).is_some() => external.send(order),
            _ => self.embedded.send(order),
        }
    }
}

fn set_to_work<'s>(scope: &'s Scope<'s, '_>, executor: impl Execute + 's, report: mpsc::Sender<Report>) -> Sender<Order> {
    let (order, orders) = crossbeam_channel::unbounded();
    scope.spawn(move || executor.serve(orders, &report));
    order
}
