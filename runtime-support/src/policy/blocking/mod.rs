//! Work that blocks its thread, on a thread that may be blocked.
//!
//! - `job.rs`: what caller and thread share, from the first poll on
//! - `pool.rs`: the threads
//! - `inside.rs`: what the work sees of its caller

mod inside;
mod job;
mod pool;

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::pin::Pin;
use std::task::{Context, Poll};

use tokio::runtime::Handle;

pub use self::inside::cancelled;
use self::job::Caller;
use self::pool::Pool;
pub use self::pool::{Cpu, Threads};
use crate::contracts::{Job, Poller, Work};
use crate::scope::{About, What, name_of};

/// Runs `work` on a thread of tokio's blocking pool, and gives what it returns.
///
/// For what blocks its thread: file systems, drivers without async, `std::thread::sleep`. Other tasks go on meanwhile, on every kind of
/// runtime. The pool has 512 threads unless the runtime was built with another number, so work that keeps a core busy belongs to
/// `blocking_cpu` instead, behind the feature `rayon`.
///
/// Nothing happens before the first poll. Inside, the tracing span, the [`deadline`](crate::deadline()) and the
/// [`attempt`](crate::attempt()) are those of the caller. A panic of the work resumes in the caller, with its payload.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// use weftwork::blocking;
///
/// let path = std::env::current_dir().unwrap();
/// let entries = blocking(move || std::fs::read_dir(path).map(Iterator::count)).await;
/// assert!(entries.is_ok());
/// # });
/// ```
///
/// # Cancel safety
/// Dropped before a thread has begun, the work is dropped and never runs. Nothing can stop a thread: dropped later, the work runs to
/// its end on its own, and can ask [`cancelled`] whether it still makes sense. Nobody waits for it then but
/// [`drain`](crate::drain), which names it, and a limit above keeps its place until it has ended. Its result is dropped on its
/// thread, and its panic is [reported](crate::set_report_hook).
///
/// # Panics
/// When polled outside of a tokio runtime, as the work does, and when polled again after it has returned. If the runtime shuts down
/// before the work begins, it stays pending.
#[track_caller]
pub fn blocking<W, T>(work: W) -> Blocking<W, T>
where
    W: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Blocking::new(Order { name: name_of::<W>(), pool: Pool::Threads, said: "`blocking` in" }, work)
}

/// The same for work that keeps a core busy: on a pool with as many threads as there are cores, which is started with the first one.
///
/// Work beyond that waits its turn. Parallel iterators of `rayon` in it use the same threads; [`cancelled`] and
/// [`attempt`](crate::attempt()) are known on the thread of the work itself alone. Work that waits for other work of this pool keeps
/// its thread meanwhile: if all of them do, none goes on.
///
/// On tokio's paused clock it is not as with [`blocking`]: while such work runs and all tasks wait, the clock goes on to the next timer.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// let primes = weftwork::blocking_cpu(|| (2_u32..1000).filter(|n| (2..*n).all(|m| n % m != 0)).count());
/// assert_eq!(primes.await, 168);
/// # });
/// ```
///
/// # Cancel safety
/// As for [`blocking`].
///
/// # Panics
/// As for [`blocking`], and if the threads can not be started.
#[cfg(feature = "rayon")]
#[track_caller]
pub fn blocking_cpu<W, T>(work: W) -> Blocking<W, T>
where
    W: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    Blocking::new(Order { name: name_of::<W>(), pool: Pool::Cpu, said: "`blocking_cpu` in" }, work)
}

/// `#[blocking]`: the body of a function, with a proof that its arguments and its result can move.
#[track_caller]
pub fn blocking_on<On: pool::On, Proof, ResultProof, W: Work<Proof, ResultProof, T>, T>(
    _: On,
    function: &'static str,
    _: Proof,
    _: ResultProof,
    work: W,
) -> BlockingOn<W, T> {
    let Job { work, poll } = work.job();
    let order = Order { name: Cow::Borrowed(function), pool: On::POOL.0, said: "`#[blocking]` on" };
    BlockingOn { blocking: Blocking::new(order, work), poll }
}

/// The future of `#[blocking]`. Of its types nothing is asked once more: what they lack is said where they are written.
#[derive(Debug)]
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct BlockingOn<W, T> {
    blocking: Blocking<W, T>,
    poll: Poller<W, T>,
}

impl<W, T> Future for BlockingOn<W, T> {
    type Output = T;

    #[inline]
    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        (self.poll)(Pin::new(&mut self.blocking), cx)
    }
}

/// The future of [`blocking`].
#[must_use = "futures do nothing unless you `.await` or poll them"]
pub struct Blocking<W, T> {
    order: Order,
    site: &'static Location<'static>,
    state: State<W, T>,
}

/// What is to be run where.
struct Order {
    name: Cow<'static, str>,
    pool: Pool,
    /// What a panic calls it.
    said: &'static str,
}

enum State<W, T> {
    /// Not polled yet.
    Fresh(W),
    Begun(Caller<W, T>),
    Over,
}

impl<W, T> Blocking<W, T> {
    #[track_caller]
    fn new(order: Order, work: W) -> Self {
        Self { order, site: Location::caller(), state: State::Fresh(work) }
    }
}

impl<W, T> Future for Blocking<W, T>
where
    W: FnOnce() -> T + Send + 'static,
    T: Send + 'static,
{
    type Output = T;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<T> {
        let this = &mut *self;
        match std::mem::replace(&mut this.state, State::Over) {
            State::Fresh(work) => {
                this.state = State::Begun(this.order.begin(this.site, work, cx));
                Poll::Pending
            }
            State::Begun(caller) => {
                let polled = caller.poll(cx);
                if polled.is_pending() {
                    this.state = State::Begun(caller);
                }
                polled
            }
            State::Over => panic!("{} `{}` was polled after it had returned", this.order.said, this.order.name),
        }
    }
}

impl Order {
    fn begin<W, T>(&self, place: &'static Location<'static>, work: W, cx: &Context<'_>) -> Caller<W, T>
    where
        W: FnOnce() -> T + Send + 'static,
        T: Send + 'static,
    {
        let Self { name, pool, said } = self;
        let Ok(runtime) = Handle::try_current() else {
            panic!("{said} `{name}` needs a tokio runtime, and this is called outside of one")
        };
        Caller::begin(&runtime, *pool, About { what: What::Thread, name: name.clone(), place, grace: None }, work, cx)
    }
}

/// Its work is moved, and never pinned.
impl<W, T> Unpin for Blocking<W, T> {}

impl<W, T> fmt::Debug for Blocking<W, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.state {
            State::Fresh(_) => "fresh",
            State::Begun(_) => "begun",
            State::Over => "over",
        };
        f.debug_struct("Blocking").field("name", &self.order.name).field("state", &state).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, mpsc};
    use std::time::Duration;

    use super::{Threads, blocking_on};
    use crate::scope::{HowLong, Scope};

    /// What a limit above does with its place.
    #[tokio::test(start_paused = true)]
    async fn p103_what_is_kept_is_kept_until_the_thread_has_ended() {
        let (begun, has_begun) = mpsc::channel();
        let (go, may_go) = mpsc::channel::<()>();
        let mut call = Box::pin(blocking_on(Threads, "p103", (), (), move || {
            begun.send(()).unwrap();
            may_go.recv().unwrap();
        }));
        let cx = &mut std::task::Context::from_waker(std::task::Waker::noop());
        assert!(Future::poll(call.as_mut(), cx).is_pending());
        has_begun.recv().unwrap();
        let (mut scope, permit) = (Scope::new(), Arc::new(()));
        scope.watch(|| drop(call));
        scope.keep(permit.clone());
        // Nobody waits for a thread, and the place is not free.
        scope.clear(HowLong::Grace).await;
        assert_eq!(Arc::strong_count(&permit), 2);
        go.send(()).unwrap();
        assert_eq!(crate::drain(Duration::MAX).await.len(), 0);
        assert_eq!(Arc::strong_count(&permit), 1);
    }
}
