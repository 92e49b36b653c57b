//! `wait`: some of several tasks, and the others run on.

use std::fmt;
use std::future::Future;
use std::mem::take;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Wake, Waker};
use std::time::Duration;

use pin_project_lite::pin_project;
use tokio::task::coop;
use tokio::time::{Instant, Sleep, sleep_until};

use super::outcome::Outcome;
use super::spawn::Task;
use crate::scope::{HowLong, Scope};

/// What [`wait`] waits for.
#[non_exhaustive]
pub struct Until<T> {
    what: What,
    is_failure: fn(&T) -> bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    FirstCompleted,
    FirstError,
    All,
}

#[allow(non_upper_case_globals, reason = "they are used as the variants of an enum are; as constants each has bounds of its own")]
impl<T> Until<T> {
    /// One has ended, in whatever way.
    pub const FirstCompleted: Self = Self { what: What::FirstCompleted, is_failure: |_| false };

    /// All have ended.
    pub const All: Self = Self { what: What::All, is_failure: |_| false };
}

#[allow(non_upper_case_globals, reason = "as above")]
impl<T: Outcome> Until<T> {
    /// One has failed: with an error, by [`Outcome`], or a panic. One that was cancelled has not. Without a failure it is
    /// [`Until::All`].
    pub const FirstError: Self = Self { what: What::FirstError, is_failure: is_failure::<T> };
}

/// An output that can not say what it is has failed.
fn is_failure<T: Outcome>(output: &T) -> bool {
    catch_unwind(AssertUnwindSafe(|| output.failure().is_some())).unwrap_or(true)
}

impl<T> Clone for Until<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Until<T> {}

impl<T> fmt::Debug for Until<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Until::{:?}", self.what)
    }
}

/// What [`wait`] takes: something that gives [`Task`]s.
#[diagnostic::on_unimplemented(
    message = "`wait` takes tasks, and `{Self}` is none",
    label = "not a `Task`",
    note = "`spawn(..)` it first: a future that is not polled would stand still behind `wait`",
    note = "tasks are handed over, not borrowed: `done` and `pending` give them back"
)]
pub trait IsTask {
    /// What it ends with.
    type Output;
    #[doc(hidden)]
    fn into_task(self) -> Task<Self::Output>;
}

impl<T> IsTask for Task<T> {
    type Output = T;

    fn into_task(self) -> Self {
        self
    }
}

/// Waits for some of several tasks. The others run on, in [`Wait::pending`].
///
/// Nothing is cancelled by it. It never fails: a task that has failed is in [`Wait::done`], and awaiting that, which does not wait
/// any more, tells how. Both keep the order of the input. Without tasks it is ready at once.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use weftwork::{Until, Wait, millis, secs, spawn, wait};
///
/// async fn reply(after: u64) -> u64 {
///     tokio::time::sleep(millis(after)).await;
///     after
/// }
///
/// let tasks = [30, 10, 20].map(|after| spawn(reply(after)));
/// let Wait { done, pending } = wait(tasks, Until::FirstCompleted).timeout(secs(1)).await;
/// for task in done {
///     assert_eq!(task.await.unwrap(), 10);
/// }
/// let Wait { done, pending } = wait(pending, Until::All).await; // they have run on meanwhile
/// assert_eq!((done.len(), pending.len()), (2, 0));
/// # });
/// ```
///
/// # Cancel safety
/// Dropping it drops the tasks, and that cancels those that run. To keep them, put the limit in: `.timeout(..)`.
pub fn wait<I, T>(tasks: I, until: Until<T>) -> Waiting<T>
where
    I: IntoIterator<Item: IsTask<Output = T>>,
{
    let tasks = tasks.into_iter().map(IsTask::into_task).collect();
    Waiting {
        tasks,
        until,
        timeout: None,
        deadline: None,
        sleep: None,
        bells: None,
        running: 0,
        has_failed: false,
        is_late: false,
    }
}

pin_project! {
    /// The future of [`wait`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct Waiting<T> {
        tasks: Vec<Task<T>>,
        until: Until<T>,
        timeout: Option<Duration>,
        // The inner `None` is later than the clock can say.
        deadline: Option<Option<Instant>>,
        #[pin]
        sleep: Option<Sleep>,
        // There from the first time that it has to wait.
        bells: Option<Arc<Bells>>,
        running: usize,
        has_failed: bool,
        // The time is over.
        is_late: bool,
    }
}

/// What [`wait`] resolves to.
#[derive(Debug)]
#[must_use = "the tasks in it are cancelled when it is dropped"]
pub struct Wait<T> {
    /// The tasks that have ended, in the order of the input. Awaiting one does not wait any more, and
    /// [`try_result`](Task::try_result) gives what it has ended with at once. A panic that nobody looks at is reported.
    pub done: Vec<Task<T>>,
    /// Those that run on, in the order of the input.
    pub pending: PendingTasks<T>,
}

/// Tasks that run on behind a [`wait`]: for the next one, to be gone through, or to be cancelled together.
///
/// Dropping it cancels them.
#[derive(Debug)]
#[must_use = "the tasks in it are cancelled when it is dropped"]
pub struct PendingTasks<T>(Vec<Task<T>>);

impl<T> PendingTasks<T> {
    /// Cancels them now; awaiting what this returns waits until all are gone, with the clean-ups that were open in them, at most for
    /// the grace period in force (see [`with_grace`](crate::with_grace)).
    pub fn cancel(self) -> impl Future<Output = ()> + Send + use<T>
    where
        T: Send,
    {
        let mut scope = Scope::new();
        for mut task in self.0 {
            let handle = task.give_away();
            handle.cancel(&mut scope);
        }
        async move { scope.clear(HowLong::Grace).await }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// One after the other, in the order of the input.
    pub fn iter(&self) -> std::slice::Iter<'_, Task<T>> {
        self.0.iter()
    }
}

impl<T> IntoIterator for PendingTasks<T> {
    type Item = Task<T>;
    type IntoIter = std::vec::IntoIter<Task<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a PendingTasks<T> {
    type Item = &'a Task<T>;
    type IntoIter = std::slice::Iter<'a, Task<T>>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

/// Who was woken, and whom that wakes: one wake looks at one task.
#[derive(Debug, Default)]
struct Bells {
    rung: Mutex<Rung>,
}

#[derive(Debug, Default)]
struct Rung {
    tasks: Vec<usize>,
    owner: Option<Waker>,
}

/// The waker of one task.
struct Bell {
    task: usize,
    is_rung: AtomicBool,
    bells: Arc<Bells>,
}

impl Wake for Bell {
    fn wake(self: Arc<Self>) {
        self.wake_by_ref();
    }

    fn wake_by_ref(self: &Arc<Self>) {
        if self.is_rung.swap(true, Ordering::AcqRel) {
            return;
        }
        let mut rung = self.bells.rung();
        rung.tasks.push(self.task);
        let owner = rung.owner.take();
        drop(rung);
        if let Some(owner) = owner {
            owner.wake();
        }
    }
}

impl Bells {
    fn rung(&self) -> std::sync::MutexGuard<'_, Rung> {
        self.rung.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Those that were woken; the next one wakes `owner`.
    fn take(&self, owner: &Waker) -> Vec<usize> {
        let mut rung = self.rung();
        let old = rung.owner.replace(owner.clone());
        let tasks = take(&mut rung.tasks);
        drop(rung);
        drop(old);
        tasks
    }
}

impl<T> Waiting<T> {
    /// Waits at most so long. That is no error: what has not ended is in [`Wait::pending`], and runs on.
    ///
    /// The time begins with the first poll. Zero looks once; `Duration::MAX` never ends it.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }
}

impl<T> Future for Waiting<T> {
    type Output = Wait<T>;

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Wait<T>> {
        let this = self.project();
        let is_first = this.deadline.is_none();
        let timeout = *this.timeout;
        let deadline = *this.deadline.get_or_insert_with(|| Instant::now().checked_add(timeout?));
        let mut look = Look { tasks: this.tasks, until: *this.until, running: this.running, has_failed: this.has_failed };
        if is_first {
            look.begin();
        }
        if !look.is_over() {
            let bells = this.bells.get_or_insert_with(|| Arc::new(Bells::default()));
            let woken = bells.take(cx.waker());
            if is_first {
                (0..look.tasks.len()).for_each(|task| look.listen(task, bells));
            }
            woken.into_iter().for_each(|task| look.listen(task, bells));
        }
        if !look.is_over() {
            if timeout.is_some_and(|timeout| timeout.is_zero()) {
                return Poll::Ready(look.end());
            }
            let Some(deadline) = deadline else { return Poll::Pending };
            if !*this.is_late {
                if poll_sleep(this.sleep, deadline, cx).is_pending() {
                    return Poll::Pending;
                }
                // Those that end at this very instant go first.
                *this.is_late = true;
                cx.waker().wake_by_ref();
                return Poll::Pending;
            }
        } else {
            let mut sleep = this.sleep;
            sleep.set(None);
        }
        if let Some(bells) = this.bells {
            // A task that ends later wakes nobody.
            let owner = bells.rung().owner.take();
            drop(owner);
        }
        Poll::Ready(look.end())
    }
}

fn poll_sleep(mut sleep: Pin<&mut Option<Sleep>>, deadline: Instant, cx: &mut Context<'_>) -> Poll<()> {
    if sleep.is_none() {
        sleep.set(Some(sleep_until(deadline)));
    }
    let Some(sleep) = sleep.as_pin_mut() else { return Poll::Pending };
    pin!(coop::unconstrained(sleep)).poll(cx)
}

/// What a poll works on.
struct Look<'w, T> {
    tasks: &'w mut Vec<Task<T>>,
    until: Until<T>,
    running: &'w mut usize,
    has_failed: &'w mut bool,
}

impl<T> Look<'_, T> {
    /// Looks at those that have ended before.
    fn begin(&mut self) {
        *self.running = self.tasks.len();
        for task in 0..self.tasks.len() {
            if self.tasks[task].handle_mut().look() {
                self.ended(task);
            }
        }
    }

    /// Looks at one, which tells when there is more to see.
    fn listen(&mut self, task: usize, bells: &Arc<Bells>) {
        let found = &mut self.tasks[task];
        if found.handle_mut().has_ended() {
            return;
        }
        let bell = Arc::new(Bell { task, is_rung: AtomicBool::new(false), bells: bells.clone() });
        let waker = Waker::from(bell);
        let mut cx = Context::from_waker(&waker);
        // A poll that spends the caller's budget is no reason to ask again.
        let polled = pin!(coop::unconstrained(std::future::poll_fn(|cx| found.handle_mut().poll_ended(cx)))).poll(&mut cx);
        if polled.is_ready() {
            self.ended(task);
        }
    }

    fn ended(&mut self, task: usize) {
        *self.running -= 1;
        *self.has_failed |= self.tasks[task].handle_mut().is_failure(self.until.is_failure);
    }

    fn is_over(&self) -> bool {
        match self.until.what {
            _ if *self.running == 0 => true,
            What::FirstCompleted => *self.running < self.tasks.len(),
            What::FirstError => *self.has_failed,
            What::All => false,
        }
    }

    /// Those that have ended by now, and the others.
    fn end(&mut self) -> Wait<T> {
        let (mut done, mut pending) = (Vec::new(), Vec::new());
        for mut task in take(self.tasks) {
            if task.handle_mut().look() {
                done.push(task);
            } else {
                pending.push(task);
            }
        }
        Wait { done, pending: PendingTasks(pending) }
    }
}

impl<T> fmt::Debug for Waiting<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Waiting").field("tasks", &self.tasks).field("until", &self.until).finish_non_exhaustive()
    }
}
