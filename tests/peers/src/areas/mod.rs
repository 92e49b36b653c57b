//! The cases: one file or folder an area.

mod concurrency;
mod context;
pub(crate) mod generator;
mod policies;
mod tasks;
mod transactions;

use crate::measure::Bench;

pub(crate) struct Area {
    pub(crate) name: &'static str,
    pub(crate) run: fn(&mut Bench<'_>),
}

pub(crate) const ALL: &[Area] = &[
    Area { name: "generator", run: generator::run },
    Area { name: "concurrency", run: concurrency::run },
    Area { name: "context", run: context::run },
    Area { name: "tasks", run: tasks::run },
    Area { name: "policies", run: policies::run },
    Area { name: "transactions", run: transactions::run },
];

pub(crate) fn names() -> Vec<&'static str> {
    ALL.iter().map(|area| area.name).collect()
}
