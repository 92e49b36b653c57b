//! Work that belongs to the program.

use std::any::Any;
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::future::{Future, poll_fn};
use std::panic::{AssertUnwindSafe, Location, catch_unwind};
use std::pin::pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::thread;
use std::time::Duration;

use tokio::runtime::{Handle as Runtime, Id};
use tokio::sync::Notify;
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep};

use super::ended::{failed, panicked};
use super::list::Key;
use super::outcome::Told;
use super::restart::Restart;
use super::spawn::Begun;
use super::who::{Name, TaskId, Who};
use crate::policy::timeout::timeout;
use crate::report::chain;
use crate::scope::{CleanUp, HowLong, Outstanding, Scope, Waiter, grace_in_force};

/// Those that run, and those that were cancelled until they are gone.
static ALL: Mutex<BTreeMap<TaskId, Running>> = Mutex::new(BTreeMap::new());

/// One has ended.
static ENDED: Notify = Notify::const_new();

struct Running {
    key: Key,
    runtime: Id,
    /// Comes behind the start.
    abort: Option<AbortHandle>,
    /// Of one that was cancelled: what waits for its end.
    stop: Option<Arc<Outstanding>>,
}

fn all() -> MutexGuard<'static, BTreeMap<TaskId, Running>> {
    ALL.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts `work` as a task that belongs to the program: fire and forget, but named, listed, reported and seen to its end.
///
/// It runs until it ends by itself or [`drain_background`] ends it; the caller's own end, timeout or group does not stop it. Of the
/// caller the tracing span alone goes along. An error, by [`Outcome`](crate::Outcome), and a panic are [reported](crate::set_report_hook) with the
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
    F: Future<Output: Told> + Send + 'static,
{
    run(name.into(), Location::caller(), |who| async move {
        caught(work).await.tell(&who);
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
    F: Future<Output: Told> + Send + 'static,
{
    run(name.into(), Location::caller(), |who| async move {
        let mut restarts = 0;
        loop {
            let begun = Instant::now();
            let ended = match catch_unwind(AssertUnwindSafe(&mut make)) {
                Ok(work) => caught(work).await,
                Err(payload) => Caught { output: Err(payload), in_drop: None },
            };
            if !ended.tell(&who) {
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
    let begun = Begun::in_background(Name::Given(name), site);
    let id = begun.key.id();
    let running = Running { key: begun.key, runtime: begun.runtime(), abort: None, stop: None };
    all().insert(id, running);
    let (listed, work) = (Listed(id), make(begun.who.clone()));
    let mut task = begun.run(async move {
        let _listed = listed;
        work.await;
    });
    let Some(join) = task.give_away().into_join() else { return };
    let abort = join.abort_handle();
    let mut all = all();
    match all.get_mut(&id) {
        Some(running) if running.stop.is_none() => running.abort = Some(abort),
        Some(_) => {
            // It was cancelled meanwhile.
            drop(all);
            abort.abort();
        }
        None => {}
    }
}

/// On the list until it is dropped.
struct Listed(TaskId);

impl Drop for Listed {
    fn drop(&mut self) {
        let mut all = all();
        // One that was cancelled stays until its clean-ups have ended.
        let has_ended = all.get(&self.0).is_some_and(|running| running.stop.is_none());
        let gone = if has_ended { all.remove(&self.0) } else { None };
        drop(all);
        drop(gone);
        ENDED.notify_waiters();
    }
}

/// What has become of work.
pub(crate) struct Caught<T> {
    pub(crate) output: thread::Result<T>,
    /// A destructor of it has panicked.
    pub(crate) in_drop: Option<Box<dyn Any + Send>>,
}

/// Awaits work, and catches its panics.
pub(crate) async fn caught<F: Future>(work: F) -> Caught<F::Output> {
    let mut work = pin!(Some(work));
    let output = poll_fn(|cx| {
        let Some(work) = work.as_mut().as_pin_mut() else { unreachable!("it is there up to its end") };
        match catch_unwind(AssertUnwindSafe(|| work.poll(cx))) {
            Ok(Poll::Pending) => Poll::Pending,
            Ok(Poll::Ready(output)) => Poll::Ready(Ok(output)),
            Err(payload) => Poll::Ready(Err(payload)),
        }
    })
    .await;
    let in_drop = catch_unwind(AssertUnwindSafe(|| work.set(None))).err();
    Caught { output, in_drop }
}

impl<T: Told> Caught<T> {
    /// Reports a failure. Whether it was one.
    fn tell(self, who: &Who) -> bool {
        let Self { output, in_drop } = self;
        let has_failed = match output.map(|output| catch_unwind(AssertUnwindSafe(|| output.into_failure()))) {
            Ok(Ok(None)) => false,
            Ok(Ok(Some(error))) => {
                failed(who, &chain(&*error));
                true
            }
            Ok(Err(payload)) | Err(payload) => {
                panicked(who, &*payload);
                true
            }
        };
        if let Some(payload) = &in_drop {
            panicked(who, &**payload);
        }
        has_failed || in_drop.is_some()
    }
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
    if timeout(limit, ended(runtime)).await.is_ok() {
        return Vec::new();
    }
    let until = Instant::now().checked_add(grace_in_force());
    loop {
        let (stops, aborts) = cancel(runtime);
        aborts.iter().for_each(AbortHandle::abort);
        let mut scope = Scope::new();
        stops.iter().for_each(|stop| scope.add(stop.clone()));
        scope.clear(HowLong::Grace).await;
        // Clean-ups may have started others; those that start others for ever are named in the end.
        let has_others = all().values().any(|running| running.runtime == runtime && running.stop.is_none());
        let named = if has_others {
            if until.is_none_or(|until| until > Instant::now()) {
                continue;
            }
            let (stops, aborts) = cancel(runtime);
            aborts.iter().for_each(AbortHandle::abort);
            stops
        } else {
            // What another thread starts from now on is not ended, and so not named.
            stops
        };
        return named.iter().filter(|stop| !stop.is_over()).map(|stop| stop.clean_up()).collect();
    }
}

/// Waits until none is left.
async fn ended(runtime: Id) {
    all().retain(|_, running| !running.stop.as_ref().is_some_and(|stop| stop.is_over()));
    loop {
        let first = all().iter().find(|(_, running)| running.runtime == runtime).map(|(id, running)| (*id, running.stop.clone()));
        match first {
            None => return,
            // One that was cancelled tells by itself that it is gone.
            Some((id, Some(stop))) => {
                let mut waiter = Waiter::new(stop);
                poll_fn(|cx| waiter.poll(cx)).await;
                let gone = all().remove(&id);
                drop(gone);
            }
            Some((id, None)) => is_gone(id).await,
        }
    }
}

/// Waits until one has ended or is cancelled.
async fn is_gone(id: TaskId) {
    loop {
        let mut one_has_ended = pin!(ENDED.notified());
        one_has_ended.as_mut().enable();
        if all().get(&id).is_none_or(|running| running.stop.is_some()) {
            return;
        }
        one_has_ended.await;
    }
}

/// Marks those that run as cancelled. Gives what waits for each that is not gone, and what cancels those that were not cancelled yet.
fn cancel(runtime: Id) -> (Vec<Arc<Outstanding>>, Vec<AbortHandle>) {
    let mut aborts = Vec::new();
    let mut all = all();
    for running in all.values_mut().filter(|running| running.runtime == runtime && running.stop.is_none()) {
        running.stop = running.key.stop(runtime);
        aborts.extend(running.abort.take());
    }
    ENDED.notify_waiters();
    let of_runtime = all.values().filter(|running| running.runtime == runtime);
    (of_runtime.filter_map(|running| running.stop.clone()).filter(|stop| !stop.is_over()).collect(), aborts)
}
