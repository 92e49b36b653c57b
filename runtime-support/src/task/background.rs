//! Work that belongs to the program.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Poll, ready};
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle as Runtime, Id};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

use super::ended::{failed, panicked};
use super::list::Key;
use super::outcome::Outcome;
use super::restart::Restart;
use super::spawn::Start;
use super::tree::TaskKind;
use super::who::{Name, TaskId, Who};
use crate::policy::timeout::timeout;
use crate::report::chain;
use crate::scope::{CleanUp, HowLong, Outstanding, Scope, Waiter};

/// Those that run, in the order in which they began.
static ALL: Mutex<BTreeMap<TaskId, Running>> = Mutex::new(BTreeMap::new());

struct Running {
    key: Key,
    runtime: Id,
    /// Comes behind the start.
    abort: Option<AbortHandle>,
    is_cancelled: bool,
}

fn all() -> MutexGuard<'static, BTreeMap<TaskId, Running>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts `work` as a task that belongs to the program: fire and forget, but named, listed, reported and seen to its end.
///
/// It runs until it ends by itself or [`drain_background`] ends it; the caller's own end, timeout or group does not stop it. Of the
/// caller the tracing span alone goes along. An error, by [`Outcome`], and a panic are [reported](crate::set_report_hook) with the
/// name; a normal end is not.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use weftwork::{background, drain_background, secs};
///
/// async fn send_mail(to: &'static str) -> Result<(), std::io::Error> {
///     tokio::time::sleep(secs(1)).await;
///     println!("sent to {to}");
///     Ok(())
/// }
///
/// background("mail to ann", send_mail("ann"));
/// // .. at the end of the program:
/// let left = drain_background(secs(10)).await;
/// assert!(left.is_empty());
/// # });
/// ```
///
/// Nobody gets the output, so it has to say by itself whether it is a failure:
///
/// ```compile_fail,E0277
/// weftwork::background("number", async { 7 });
/// ```
///
/// # Panics
/// Outside of a tokio runtime.
#[track_caller]
pub fn background<F>(name: impl Into<Cow<'static, str>>, work: F)
where
    F: Future<Output: Outcome> + Send + 'static,
{
    run(name.into(), Location::caller(), |who| async move {
        tell(&who, caught(work).await);
    });
}

/// The same for work that begins again when it fails, see [`Restart`].
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use weftwork::{Restart, background_with_restart, drain_background, secs};
///
/// async fn flush() -> Result<(), std::io::Error> {
///     loop {
///         tokio::time::sleep(secs(60)).await; // and writes what has come meanwhile
///     }
/// }
///
/// background_with_restart("flush", Restart::new(), flush);
/// drain_background(secs(0)).await; // a loop never ends by itself
/// # });
/// ```
///
/// # Panics
/// Outside of a tokio runtime. Without time in the runtime a pause is a panic, which is reported.
#[track_caller]
pub fn background_with_restart<M, F>(name: impl Into<Cow<'static, str>>, restart: Restart, mut make: M)
where
    M: FnMut() -> F + Send + 'static,
    F: Future<Output: Outcome> + Send + 'static,
{
    run(name.into(), Location::caller(), |who| async move {
        let mut restarts = 0;
        loop {
            let begun = Instant::now();
            let ended = match catch_unwind(AssertUnwindSafe(&mut make)) {
                Ok(work) => caught(work).await,
                Err(payload) => Err(payload),
            };
            if !tell(&who, ended) {
                return;
            }
            if restart.is_fresh(begun.elapsed()) {
                restarts = 0;
            }
            let Some(pause) = restart.pause(restarts) else { return };
            restarts += 1;
            sleep(pause).await;
        }
    });
}

/// Starts it, and lists it until it is gone.
#[track_caller]
fn run<F>(name: Cow<'static, str>, site: &'static Location<'static>, make: impl FnOnce(Who) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let begun = Start { caller: "background", kind: TaskKind::Background, name: Name::Given(name), site, carried: None }.begin();
    let id = begun.key.id();
    let running = Running { key: begun.key, runtime: begun.runtime(), abort: None, is_cancelled: false };
    all().insert(id, running);
    let (listed, work) = (Listed(id), make(begun.who.clone()));
    let task = begun.run(async move {
        let _listed = listed;
        work.await;
    });
    let Some(join) = { task }.give_away().into_join() else { return };
    let abort = join.abort_handle();
    if let Some(running) = all().get_mut(&id) {
        if !running.is_cancelled {
            running.abort = Some(abort);
            return;
        }
    } else {
        return;
    }
    abort.abort();
}

/// On the list until it is dropped.
struct Listed(TaskId);

impl Drop for Listed {
    fn drop(&mut self) {
        let removed = all().remove(&self.0);
        drop(removed);
    }
}

/// Reports a failure. Whether it was one.
fn tell<T: Outcome>(who: &Who, ended: thread::Result<T>) -> bool {
    match ended.map(Outcome::judge) {
        Ok(Ok(_)) => return false,
        Ok(Err(error)) => failed(who, &chain(&*error)),
        Err(payload) => panicked(who, &*payload),
    }
    true
}

/// The output of a future, or its panic.
async fn caught<F: Future>(future: F) -> thread::Result<F::Output> {
    let mut future = pin!(future);
    poll_fn(|cx| match catch_unwind(AssertUnwindSafe(|| future.as_mut().poll(cx))) {
        Ok(Poll::Pending) => Poll::Pending,
        Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
        Err(payload) => Poll::Ready(Err(payload)),
    })
    .await
}

/// Ends the [`background`] tasks of this runtime: gives them time to end by themselves, cancels those that have not, and waits until
/// they are gone with the clean-ups in them. Names those that did not stop.
///
/// `limit` is the time to end by themselves; with zero all are cancelled at once, `Duration::MAX` waits to the end. The wait for
/// those that are cancelled lasts for the grace period in force, see [`with_grace`](crate::with_grace). Outside of a runtime there
/// is nothing to wait for. Inside a background task it would wait for that one itself, and then cancel it.
///
/// # Panics
/// When something runs, on a runtime without time.
///
/// # Cancel safety
/// May be dropped at any time. Those that were not cancelled yet run on.
pub async fn drain_background(limit: Duration) -> Vec<CleanUp> {
    let Ok(runtime) = Runtime::try_current() else { return Vec::new() };
    let runtime = runtime.id();
    let mut waiter = None;
    let in_time = poll_fn(|cx| {
        loop {
            if let Some(waiting) = &mut waiter {
                ready!(Waiter::poll(waiting, cx));
            }
            waiter = first(runtime).map(Waiter::new);
            if waiter.is_none() {
                return Poll::Ready(());
            }
        }
    });
    if timeout(limit, in_time).await.is_ok() {
        return Vec::new();
    }
    let mut stops = Vec::new();
    // Clean-ups may start others.
    while cancel(runtime, &mut stops) {
        let mut scope = Scope::new();
        stops.iter().for_each(|stop| scope.add(Arc::clone(stop)));
        scope.clear(HowLong::Grace).await;
        stops.retain(|stop| !stop.is_over());
    }
    stops.iter().map(|stop| stop.clean_up()).collect()
}

/// The oldest that runs.
fn first(runtime: Id) -> Option<Arc<Outstanding>> {
    let running: Vec<Key> = all().values().filter(|running| running.runtime == runtime).map(|running| running.key).collect();
    running.into_iter().find_map(|key| key.stop(runtime))
}

/// Cancels those that are not yet. Whether there was one.
fn cancel(runtime: Id, stops: &mut Vec<Arc<Outstanding>>) -> bool {
    let mut aborts = Vec::new();
    for running in all().values_mut().filter(|running| running.runtime == runtime && !running.is_cancelled) {
        running.is_cancelled = true;
        stops.extend(running.key.stop(runtime));
        aborts.push(running.abort.take());
    }
    aborts.iter().flatten().for_each(AbortHandle::abort);
    !aborts.is_empty()
}
