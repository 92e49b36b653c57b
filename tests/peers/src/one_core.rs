//! Keeps a thread, and those that it starts, on one core.

/// Runs `work` on the core that this thread is on, where the system lets it.
///
/// For work that goes back and forth between two threads: where the other one lives on a core of its own, which falls asleep
/// between two requests, waking that core takes several times as long as the work, and it is chance which side it befalls.
pub(crate) fn on_one_core(work: impl FnOnce()) {
    let before = pin();
    work();
    release(before);
}

#[cfg(target_os = "linux")]
fn pin() -> Option<rustix::thread::CpuSet> {
    use rustix::thread::{CpuSet, sched_getaffinity, sched_getcpu, sched_setaffinity};
    let before = sched_getaffinity(None).ok()?;
    let mut here = CpuSet::new();
    here.set(sched_getcpu());
    sched_setaffinity(None, &here).ok()?;
    Some(before)
}

#[cfg(target_os = "linux")]
fn release(before: Option<rustix::thread::CpuSet>) {
    if let Some(before) = before {
        rustix::thread::sched_setaffinity(None, &before).expect("a thread may go where it was allowed to be before");
    }
}

#[cfg(not(target_os = "linux"))]
fn pin() {}

#[cfg(not(target_os = "linux"))]
fn release((): ()) {}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use super::*;

    #[test]
    fn threads_started_there_stay_there_and_the_caller_is_free_again() {
        let cores = || rustix::thread::sched_getaffinity(None).expect("the system tells").count();
        let before = cores();
        let mut inside = 0;
        on_one_core(|| inside = std::thread::spawn(cores).join().expect("the thread ends well"));
        assert_eq!((inside, cores()), (1, before));
    }
}
