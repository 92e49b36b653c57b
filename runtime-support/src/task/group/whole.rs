//! The group itself, a future.

use std::any::Any;
use std::borrow::Cow;
use std::error::Error;
use std::fmt;
use std::future::Future;
use std::panic::{AssertUnwindSafe, Location, catch_unwind, resume_unwind};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use std::thread;
use std::time::Duration;

use pin_project_lite::pin_project;

use super::OnFailure;
use super::error::GroupError;
use super::failures::Failures;
use super::handle::Group;
use super::members::{Members, Setting};
use crate::report::Collector;
use crate::scope::{Carried, HowLong, Scope};
use crate::task::list::{self, Seats};
use crate::task::tree::TaskKind;
use crate::task::who::{Name, Who};

/// What the body of a [`task_group`] returns: a `Result`, or nothing.
///
/// Its error is also what the children's errors become, by `From`. Of a body that returns nothing that is a boxed error.
#[diagnostic::on_unimplemented(
    message = "the body of a `task_group` returns `{Self}`, which does not say whether it has failed",
    label = "returns `{Self}`",
    note = "let it return a `Result` whose error implements `Display`, or `()`: the errors of the children become that error",
    note = "a body that never ends has the output `!`: write `async |group| -> () {{ .. }}`"
)]
pub trait GroupOutcome {
    /// What the group returns.
    type Value;
    /// What its children's errors become.
    type Error: fmt::Display + Send + 'static;
    #[doc(hidden)]
    fn into_result(self) -> Result<Self::Value, Self::Error>;
}

#[diagnostic::do_not_recommend]
impl<T, E: fmt::Display + Send + 'static> GroupOutcome for Result<T, E> {
    type Value = T;
    type Error = E;

    fn into_result(self) -> Self {
        self
    }
}

#[diagnostic::do_not_recommend]
impl GroupOutcome for () {
    type Value = ();
    type Error = Box<dyn Error + Send + Sync>;

    fn into_result(self) -> Result<(), Self::Error> {
        Ok(())
    }
}

/// Runs `body`, and does not end before the tasks that were spawned in it.
///
/// The body gets a [`Group`] to spawn children with; it runs in the caller's task, so that it may borrow. When it has returned, the
/// group waits for the children that are left, and for those that they spawn, and then returns the body's value.
///
/// The group fails with the error of the body's `Result`, and children's errors become that by `From`. Where it can not be inferred it
/// is written at the argument: `async |group: Group<AppError>|`. A body that returns nothing has a boxed error.
///
/// If a child fails, or the body does, all others are cancelled, the body at the `.await` where it stands. The group waits until they
/// are gone, with the clean-ups that were open in them, and returns the first error with what came up meanwhile: [`GroupError`]. A
/// panic goes on in the caller, after the same. [`on_failure`](TaskGroup::on_failure) chooses another policy.
///
/// ```
/// # tokio::runtime::Builder::new_current_thread().enable_time().start_paused(true).build().unwrap().block_on(async {
/// use weftwork::{TaskError, secs, task_group};
///
/// # #[derive(Debug)] struct AppError(String);
/// # impl std::fmt::Display for AppError { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str(&self.0) } }
/// # impl From<TaskError> for AppError { fn from(error: TaskError) -> Self { Self(error.to_string()) } }
/// async fn users() -> Result<Vec<&'static str>, AppError> {
///     Ok(vec!["ann", "bob"])
/// }
///
/// async fn warm_up() -> Result<(), AppError> {
///     Ok(())
/// }
///
/// let users = task_group(async |group| {
///     let users = group.spawn(users());
///     group.spawn_named("warm-up", warm_up());
///     users.await?
/// })
/// .limit(100)
/// .grace(secs(5))
/// .await;
/// assert_eq!(users.unwrap(), ["ann", "bob"]);
/// # });
/// ```
///
/// # Errors
/// The first error of a child or the body, with those attached that came up while the others were cancelled.
///
/// # Panics
/// With the panic of a child or of the body, once all others are gone; further panics and the errors are
/// [reported](crate::set_report_hook). When it is polled outside of a tokio runtime, or again after it has returned.
///
/// # Cancel safety
/// Dropped before its end, it drops the body and cancels the children. Whoever is around waits until they are gone, as does
/// [`drain`](crate::drain). Errors that had come up by then are reported.
#[track_caller]
pub fn task_group<F, B>(body: F) -> TaskGroup<F, B, <B::Output as GroupOutcome>::Value, <B::Output as GroupOutcome>::Error>
where
    F: FnOnce(Group<<B::Output as GroupOutcome>::Error>) -> B,
    B: Future<Output: GroupOutcome>,
{
    TaskGroup {
        make: Some(body),
        call: |body, group| body(group),
        poll: |body, cx| body.poll(cx).map(GroupOutcome::into_result),
        text: ToString::to_string,
        body: None,
        outcome: None,
        members: None,
        scope: Scope::new(),
        stops: Scope::new(),
        has_ended: false,
        name: None,
        site: Location::caller(),
        limit: usize::MAX,
        grace: None,
        on_failure: OnFailure::default(),
    }
}

pin_project! {
    /// The future of [`task_group`].
    #[must_use = "futures do nothing unless you `.await` or poll them"]
    pub struct TaskGroup<F, B, V, E> {
        make: Option<F>,
        // Here, so that what a body has to be is asked where the group is made, and nowhere else.
        call: fn(F, Group<E>) -> B,
        poll: fn(Pin<&mut B>, &mut Context<'_>) -> Poll<Result<V, E>>,
        text: fn(&E) -> String,
        // From the first poll up to its own end, or to the group's failure.
        #[pin]
        body: Option<B>,
        outcome: Option<Ended<V>>,
        // From the first poll up to the end.
        members: Option<Arc<Members<E>>>,
        // What was handed over in the body, and what has to be waited for.
        scope: Scope,
        // Children that their handles have cancelled.
        stops: Scope,
        // All have ended, and nobody has failed.
        has_ended: bool,
        name: Option<Cow<'static, str>>,
        site: &'static Location<'static>,
        limit: usize,
        grace: Option<Duration>,
        on_failure: OnFailure,
    }

    impl<F, B, V, E> PinnedDrop for TaskGroup<F, B, V, E> {
        fn drop(this: Pin<&mut Self>) {
            let mut this = this.project();
            let Some(members) = this.members.take() else { return };
            members.abandon();
            members.take_stops(this.scope);
            members.take_left(this.scope);
            let key = members.key;
            let body = &mut this.body;
            let mut carried = Some(members.carried.clone());
            let drop_body = || Carried::within(&mut carried, || list::within(key.id(), || body.set(None)));
            let dropped = this.scope.watch(|| catch_unwind(AssertUnwindSafe(drop_body)));
            members.take_failures().report(&members);
            let outcome = this.outcome.take();
            let value_dropped = catch_unwind(AssertUnwindSafe(|| outcome.and_then(Ended::into_panic)));
            let (in_drop, of_body) = match value_dropped {
                Ok(of_body) => (None, of_body),
                Err(payload) => (Some(payload), None),
            };
            if let Some(payload) = of_body {
                members.report_panic(&*payload);
            }
            members.unlist();
            for payload in dropped.err().into_iter().chain(in_drop) {
                if thread::panicking() {
                    members.report_panic(&*payload);
                } else {
                    resume_unwind(payload);
                }
            }
        }
    }
}

/// What became of the body.
enum Ended<V> {
    /// Its value, or nothing where its error is among the group's.
    Returned(Option<V>),
    Panicked(Box<dyn Any + Send>),
    /// The group has failed meanwhile.
    GivenUp,
}

impl<V> Ended<V> {
    fn into_panic(self) -> Option<Box<dyn Any + Send>> {
        match self {
            Self::Panicked(payload) => Some(payload),
            Self::Returned(_) | Self::GivenUp => None,
        }
    }
}

impl<F, B, V, E> TaskGroup<F, B, V, E> {
    /// Lets at most so many children run at once. The others wait for a place, in the order in which they were spawned.
    /// A child keeps its place until it has ended, also while it awaits another one: in a full group that may be for ever. Without
    /// this there is no limit.
    ///
    /// # Panics
    /// If it is zero: nothing could ever run.
    #[track_caller]
    pub fn limit(mut self, limit: usize) -> Self {
        assert!(limit > 0, "`limit` is zero, so nothing could ever run");
        self.limit = limit;
        self
    }

    /// How long the group waits for those that it has cancelled. One that takes longer goes on stopping, is reported by its name,
    /// and [`drain`](crate::drain) still waits for it. Without this it is the period of [`with_grace`](crate::with_grace). Zero means
    /// that the group does not wait.
    pub fn grace(mut self, period: Duration) -> Self {
        self.grace = Some(period);
        self
    }

    /// What happens when a child or the body fails. Without this it is [`OnFailure::Cancel`].
    pub fn on_failure(mut self, on_failure: OnFailure) -> Self {
        self.on_failure = on_failure;
        self
    }

    /// Gives the group a name, for lists and reports.
    pub fn named(mut self, name: impl Into<Cow<'static, str>>) -> Self {
        self.name = Some(name.into());
        self
    }
}

impl<F, B, V, E: Send + 'static> Future for TaskGroup<F, B, V, E> {
    type Output = Result<V, GroupError<E>>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        let members = self.as_mut().begin();
        let mut carried = Some(members.carried.clone());
        Carried::within(&mut carried, || self.step(&members, cx))
    }
}

impl<F, B, V, E: Send + 'static> TaskGroup<F, B, V, E> {
    fn step(mut self: Pin<&mut Self>, members: &Members<E>, cx: &mut Context<'_>) -> Poll<Result<V, GroupError<E>>> {
        members.set_owner(cx.waker());
        ready!(self.as_mut().poll_body(members, cx));
        let this = self.project();
        *this.has_ended = *this.has_ended || members.end_well();
        if *this.has_ended {
            members.take_stops(this.stops);
            ready!(this.stops.poll_clear(HowLong::Grace, cx));
            // What the others have handed over is the business of who is around the group, as that has ended well.
            members.take_left(this.scope);
            this.scope.pass_on();
        } else if members.is_open() {
            return Poll::Pending;
        } else {
            loop {
                members.take_stops(this.scope);
                members.take_left(this.scope);
                ready!(this.scope.poll_clear(HowLong::Grace, cx));
                if members.end() {
                    break;
                }
            }
        }
        *this.members = None;
        let Some(ended) = this.outcome.take() else { unreachable!("it has ended behind its body") };
        Poll::Ready(finish(members, ended))
    }

    /// Makes the body, at the first poll.
    fn begin(self: Pin<&mut Self>) -> Arc<Members<E>> {
        let mut this = self.project();
        if let Some(members) = this.members {
            return members.clone();
        }
        let Some(make) = this.make.take() else { panic!("`task_group` was polled after it had returned") };
        let Ok(runtime) = tokio::runtime::Handle::try_current() else {
            panic!("`task_group` ({}) needs a tokio runtime, and is polled outside of one", this.site)
        };
        let name = this.name.take().map_or_else(Name::of::<B>, Name::Given);
        let key = list::add(TaskKind::Group, &name, this.site);
        let collector = Arc::new(Collector::new());
        let carried = Carried::with_collector(collector.clone(), *this.grace);
        let who = Who { id: key.id(), name, site: this.site };
        let setting = Setting { runtime, key, who, on_failure: *this.on_failure, limit: *this.limit };
        let members = Arc::new(Members::new(setting, collector, carried, *this.text));
        let seats: Arc<dyn Seats> = members.clone();
        key.set_seats(Arc::downgrade(&seats));
        *this.members = Some(members.clone());
        let (group, call) = (Group { members: members.clone() }, *this.call);
        let mut carried = Some(members.carried.clone());
        let make = || Carried::within(&mut carried, || list::within(key.id(), || call(make, group)));
        match this.scope.watch(|| catch_unwind(AssertUnwindSafe(make))) {
            Ok(body) => this.body.set(Some(body)),
            Err(payload) => {
                members.panicked();
                *this.outcome = Some(Ended::Panicked(payload));
            }
        }
        members
    }

    /// Polls the body up to its end, or to the group's failure.
    fn poll_body(self: Pin<&mut Self>, members: &Members<E>, cx: &mut Context<'_>) -> Poll<()> {
        let mut this = self.project();
        let key = members.key;
        let Some(body) = this.body.as_mut().as_pin_mut() else { return Poll::Ready(()) };
        let ended = if members.has_failed() {
            Ended::GivenUp
        } else {
            let poll_body = *this.poll;
            let poll = || list::within(key.id(), || poll_body(body, cx));
            match this.scope.watch(|| catch_unwind(AssertUnwindSafe(poll))) {
                Ok(Poll::Pending) => return Poll::Pending,
                Ok(Poll::Ready(output)) => match output {
                    Ok(value) => Ended::Returned(Some(value)),
                    Err(error) => {
                        members.fail(error);
                        Ended::Returned(None)
                    }
                },
                Err(payload) => {
                    members.panicked();
                    Ended::Panicked(payload)
                }
            }
        };
        let mut body = this.body;
        let drop_body = || list::within(key.id(), || body.set(None));
        let dropped = this.scope.watch(|| catch_unwind(AssertUnwindSafe(drop_body)));
        *this.outcome = Some(match (dropped, ended) {
            (Ok(()), ended) => ended,
            (Err(second), Ended::Panicked(first)) => {
                members.report_panic(&*second);
                Ended::Panicked(first)
            }
            (Err(payload), _) => {
                members.panicked();
                Ended::Panicked(payload)
            }
        });
        Poll::Ready(())
    }
}

/// What the group returns, and reports of what that does not tell.
fn finish<V, E>(members: &Members<E>, ended: Ended<V>) -> Result<V, GroupError<E>> {
    let Failures { errors, panicked, clean_ups } = members.take_failures();
    let result = match ended {
        Ended::Panicked(payload) => {
            Failures { errors, panicked, clean_ups }.report(members);
            members.unlist();
            resume_unwind(payload)
        }
        Ended::Returned(value) => value,
        Ended::GivenUp => None,
    };
    if let Some((_, payload)) = panicked {
        Failures { errors, panicked: None, clean_ups }.report(members);
        members.unlist();
        resume_unwind(payload);
    }
    members.unlist();
    match result {
        Some(value) if errors.is_empty() => Ok(value),
        None if errors.is_empty() => unreachable!("a body without a value has failed, or was given up for a failure"),
        value => {
            // Its destructor is the user's, and must not take the errors along.
            if let Err(payload) = catch_unwind(AssertUnwindSafe(|| drop(value))) {
                Failures { errors, panicked: None, clean_ups }.report(members);
                resume_unwind(payload);
            }
            Err(GroupError::new(errors, clean_ups))
        }
    }
}

impl<F, B, V, E> fmt::Debug for TaskGroup<F, B, V, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let group = self.members.as_ref().map(|members| Group { members: members.clone() });
        f.debug_struct("TaskGroup").field("site", &format_args!("{}", self.site)).field("group", &group).finish_non_exhaustive()
    }
}
