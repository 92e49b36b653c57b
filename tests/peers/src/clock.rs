//! What a round takes.

use std::time::{Duration, Instant};

/// Which time counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Clock {
    /// The time that this thread runs, without what the system gives to other processes meanwhile. For work on one thread.
    Thread,
    /// The time that passes. For work that waits for other threads or the disk.
    Wall,
}

impl Clock {
    pub(crate) fn time(self, work: impl FnOnce()) -> Duration {
        let start = (Instant::now(), thread_time());
        work();
        match (self, start.1, thread_time()) {
            (Self::Thread, Some(before), Some(after)) => after.saturating_sub(before),
            _ => start.0.elapsed(),
        }
    }
}

#[cfg(unix)]
fn thread_time() -> Option<Duration> {
    Duration::try_from(rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime)).ok()
}

/// Where the system can not say, the time that passes has to do.
#[cfg(not(unix))]
fn thread_time() -> Option<Duration> {
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[cfg(unix)]
    fn only_the_wall_clock_counts_sleep() {
        let sleep = || std::thread::sleep(Duration::from_millis(30));
        assert!(Clock::Wall.time(sleep) >= Duration::from_millis(30));
        assert!(Clock::Thread.time(sleep) < Duration::from_millis(20));
    }

    #[test]
    fn work_counts_on_both() {
        for clock in [Clock::Thread, Clock::Wall] {
            let worked = clock.time(|| {
                std::hint::black_box((0..1_000_000_u64).fold(0, |sum, n| std::hint::black_box(sum ^ n)));
            });
            assert!(worked > Duration::ZERO, "{clock:?}");
        }
    }
}
