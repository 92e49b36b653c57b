//! A child that says when it is ready.

use std::fmt;

use tokio::sync::oneshot;

use super::child::Child;
use crate::task::error::TaskError;

/// With this a child of [`Group::spawn_ready`](crate::Group::spawn_ready) says that it is ready.
///
/// Dropped without that, the child's spawner gets an error once the child has ended.
#[must_use = "the spawner waits for `set`"]
pub struct Ready<V>(pub(super) oneshot::Sender<V>);

impl<V> Ready<V> {
    /// Says so, and hands a value over. If the spawner has gone meanwhile the value is dropped; the child is being cancelled then.
    pub fn set(self, value: V) {
        drop(self.0.send(value));
    }
}

impl<V> fmt::Debug for Ready<V> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Ready").finish_non_exhaustive()
    }
}

/// Waits until a child is ready.
pub(super) async fn starting<V, T>(mut starting: Starting<T>, is_ready: oneshot::Receiver<V>) -> Result<V, TaskError> {
    let said = is_ready.await;
    let child = starting.0.take().expect("it is taken once");
    match said {
        Ok(value) => Ok(value),
        Err(_) => Err(child.without_output().await),
    }
}

/// A child that is cancelled if nobody waits any more until it is ready.
pub(super) struct Starting<T>(pub(super) Option<Child<T>>);

impl<T> Drop for Starting<T> {
    fn drop(&mut self) {
        if let Some(child) = self.0.take() {
            drop(child.cancel());
        }
    }
}
