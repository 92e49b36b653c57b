//! What the body and the children spawn with.

use std::borrow::Cow;
use std::fmt;
use std::future::Future;
use std::panic::Location;
use std::sync::Arc;

use tokio::sync::oneshot;

use super::child::Child;
use super::member::Member;
use super::members::{Members, Phase};
use super::ready::{Ready, Starting, starting};
use crate::task::error::TaskError;
use crate::task::handle::{Handle, On};
use crate::task::list;
use crate::task::outcome::Outcome;
use crate::task::running::Running;
use crate::task::who::{Name, Who};

/// The group that a [`task_group`](crate::task_group) hands to its body: what children are spawned into.
///
/// `E` is the error that the group fails with. A clone is the same group, so that children may spawn into it too.
pub struct Group<E> {
    pub(super) members: Arc<Members<E>>,
}

impl<E> Clone for Group<E> {
    fn clone(&self) -> Self {
        Self { members: self.members.clone() }
    }
}

impl<E: Send + 'static> Group<E> {
    /// Starts `child` as a task that belongs to the group: the group does not end before it, and if it fails, by [`Outcome`], that
    /// is the group's failure.
    ///
    /// The [`Child`] that this returns may be dropped. Under a limit the child starts when it has a place, in the order of these
    /// calls; this does not wait for that, see [`ready`](Self::ready). A group that is cancelled or has ended takes no more
    /// children: `child` is dropped without being polled, and its handle says that it was refused.
    ///
    /// ```compile_fail,E0373
    /// # use weftwork::{Group, task_group};
    /// # async fn load(name: &str) {}
    /// # async fn outer() {
    /// let name = String::from("ann");
    /// task_group(async |group| {
    ///     group.spawn(async { load(&name).await }); // a task may outlive what it borrows: `async move`, and a clone
    /// })
    /// .await;
    /// # }
    /// ```
    #[track_caller]
    pub fn spawn<F>(&self, child: F) -> Child<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Outcome<E> + Send + 'static,
    {
        self.start(Name::of::<F>(), child, Location::caller())
    }

    /// The same with a name, for errors, reports and lists.
    #[track_caller]
    pub fn spawn_named<F>(&self, name: impl Into<Cow<'static, str>>, child: F) -> Child<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Outcome<E> + Send + 'static,
    {
        self.start(Name::Given(name.into()), child, Location::caller())
    }

    /// Starts a child that has something to do before others can rely on it, and waits until it says that this is done. Gives what
    /// the child has handed to [`Ready::set`].
    ///
    /// ```
    /// # tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(async {
    /// use tokio::net::{TcpListener, TcpStream};
    /// use weftwork::{Group, Ready, task_group};
    ///
    /// async fn serve(ready: Ready<std::net::SocketAddr>) -> std::io::Result<()> {
    ///     let listener = TcpListener::bind("127.0.0.1:0").await?;
    ///     ready.set(listener.local_addr()?);
    ///     listener.accept().await?;
    ///     Ok(())
    /// }
    ///
    /// task_group(async |group: Group<std::io::Error>| {
    ///     let address = group.spawn_ready(serve).await?;
    ///     TcpStream::connect(address).await?; // it listens by now
    ///     Ok(())
    /// })
    /// .await
    /// .unwrap();
    /// # });
    /// ```
    ///
    /// # Errors
    /// If the child has ended or was cancelled before it was ready. With what it failed the group deals as with that of any child.
    ///
    /// # Cancel safety
    /// Dropped before the child is ready, it cancels the child.
    #[track_caller]
    pub fn spawn_ready<V, F, C>(&self, child: C) -> impl Future<Output = Result<V, TaskError>> + Send + use<V, F, C, E>
    where
        V: Send + 'static,
        C: FnOnce(Ready<V>) -> F,
        F: Future + Send + 'static,
        F::Output: Outcome<E> + Send + 'static,
    {
        let site = Location::caller();
        let (sender, is_ready) = oneshot::channel();
        let child = self.start(Name::of::<F>(), child(Ready(sender)), site);
        starting(Starting(Some(child)), is_ready)
    }

    fn start<F>(&self, name: Name, child: F, site: &'static Location<'static>) -> Child<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Outcome<E> + Send + 'static,
    {
        let members = &self.members;
        let who = Who { id: list::number(), name, site };
        // Before it has its seat: the span may be the user's code.
        let running = Running::new(child, Some(members.carried.clone()));
        let Some(seat) = members.join(who.id, &who.name, site) else {
            return Child::new(Handle::refused(who));
        };
        let join = members.runtime.spawn(Member::new(running, who.id, seat, members.clone()));
        let (seat, _) = seat;
        Child::new(Handle::new(join, who, On::Group(members.clone(), seat)))
    }
}

impl<E> Group<E> {
    /// Waits until a child that is spawned next would start at once, so that what is made for children does not pile up under a
    /// limit. It reserves nothing. Without a limit, and when the group takes no more children, it does not wait. It is for the
    /// body: a child has a place itself, so in a group that is full of children that call this nobody goes on.
    ///
    /// # Cancel safety
    /// May be dropped at any time.
    pub async fn ready(&self) {
        self.members.room().await;
    }

    /// Cancels the children, which is no failure, and takes no more. The body goes on; when it ends the group waits for those that
    /// are still stopping, and returns the body's value.
    pub fn cancel(&self) {
        self.members.cancel(false);
    }

    /// How many children have not ended, those that wait for a place included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.members.len()
    }

    /// Whether all children have ended.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it takes children: it was not cancelled and has not ended.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.members.is_open()
    }
}

impl<E> fmt::Debug for Group<E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (unfinished, finished, phase) = self.members.seen();
        let unfinished: Vec<String> = unfinished.iter().map(|who| format!("{} {}", who.name.text(), who.id)).collect();
        f.debug_struct("Group")
            .field("unfinished", &unfinished)
            .field("finished", &finished)
            .field("is_cancelling", &matches!(phase, Phase::Cancelling { .. }))
            .field("is_over", &(phase == Phase::Over))
            .finish()
    }
}
