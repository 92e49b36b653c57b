//! The threads that may be blocked.

use tokio::runtime::Handle;

/// Which threads.
#[derive(Clone, Copy, Debug)]
pub(super) enum Pool {
    /// Those of tokio.
    Threads,
    /// As many as there are cores.
    #[cfg(feature = "rayon")]
    Cpu,
}

impl Pool {
    /// Runs something there, in the runtime.
    pub(super) fn spawn(self, runtime: &Handle, job: impl FnOnce() + Send + 'static) {
        match self {
            Self::Threads => drop(runtime.spawn_blocking(job)),
            #[cfg(feature = "rayon")]
            Self::Cpu => {
                let runtime = runtime.clone();
                cores().spawn(move || {
                    // So that time and tasks are there, as they are on tokio's threads.
                    let _entered = runtime.enter();
                    job();
                });
            }
        }
    }
}

#[cfg(feature = "rayon")]
fn cores() -> &'static rayon_core::ThreadPool {
    use std::sync::OnceLock;
    use std::thread::available_parallelism;

    static CORES: OnceLock<rayon_core::ThreadPool> = OnceLock::new();
    CORES.get_or_init(|| {
        let count = available_parallelism().map_or(1, usize::from);
        let pool = rayon_core::ThreadPoolBuilder::new().num_threads(count);
        pool.thread_name(|number| format!("weftwork-cpu-{number}"))
            // Where a subscriber or a waker of the caller panics, the process should go on, as it does on tokio's threads.
            .panic_handler(drop)
            .build()
            .unwrap_or_else(|error| panic!("the threads of `blocking_cpu` can not be started: {error}"))
    })
}

/// `#[blocking]`.
#[derive(Clone, Copy, Debug)]
pub struct Threads;

/// `#[blocking(cpu)]`.
#[derive(Clone, Copy, Debug)]
pub struct Cpu;

/// Threads that there are.
#[diagnostic::on_unimplemented(
    message = "`#[blocking(cpu)]` needs the feature `rayon` of weftwork",
    label = "the threads for this are not there",
    note = "enable it in `Cargo.toml`: `weftwork = {{ version = \"..\", features = [\"rayon\"] }}`"
)]
pub trait On {
    #[doc(hidden)]
    const POOL: Which;
}

/// Keeps the pools to the crate.
#[derive(Debug)]
pub struct Which(pub(super) Pool);

impl On for Threads {
    const POOL: Which = Which(Pool::Threads);
}

#[cfg(feature = "rayon")]
impl On for Cpu {
    const POOL: Which = Which(Pool::Cpu);
}
