//! Attributes on functions beside the same written into the body by hand, with tokio and the crates that people use.

mod keys;
mod limits;
mod rates;
mod retries;
mod stack;
mod timeouts;

use crate::measure::Bench;

pub(crate) fn run(bench: &mut Bench<'_>) {
    // One thread: what is compared is the policies' own work, not the scheduler's. Where nobody waits for anybody the calls
    // are polled in place, within the runtime for its timers.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().expect("a runtime can be built");
    let _context = runtime.enter();
    timeouts::timeouts(bench);
    limits::limits(bench, &runtime);
    keys::keys(bench);
    rates::rates(bench);
    retries::retries(bench);
    stack::stack(bench);
}
