//! What counts as a failure.

use std::error::Error;
use std::fmt;

/// An output that can say whether it is a failure.
///
/// [`background`](crate::background), [`Task::detach`](crate::Task::detach) and the children of a
/// [`task_group`](crate::task_group) ask this, since nobody else would look at their errors, and so does
/// [`Until::FirstError`](crate::Until::FirstError). It holds for `()`, which never fails, and for every `Result` whose error can be
/// shown and becomes an `E` by `From`. Without a group around it `E` is `Box<dyn Error + Send + Sync>`, which every error and every
/// `String` becomes.
///
/// A value of another type says nothing. Where it can not fail, let the work end in `Ok`; a type of one's own may implement this:
///
/// ```
/// use weftwork::{Outcome, spawn};
///
/// enum Health { Fine, Down(String) }
///
/// impl Outcome for Health {
///     fn failure(&self) -> Option<String> {
///         match self {
///             Health::Fine => None,
///             Health::Down(why) => Some(why.clone()),
///         }
///     }
///
///     fn judge(self) -> Result<Self, Box<dyn std::error::Error + Send + Sync>> {
///         match self {
///             Health::Fine => Ok(self),
///             Health::Down(why) => Err(why.into()),
///         }
///     }
/// }
///
/// # tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(async {
/// # weftwork::set_report_hook(|report| assert!(report.to_string().contains("no pulse")));
/// spawn(async { Health::Down("no pulse".into()) }).detach(); // reported
/// # tokio::task::yield_now().await;
/// # });
/// ```
#[diagnostic::on_unimplemented(
    message = "nobody looks at `{Self}`, and it can not say whether it is a failure",
    label = "ends in `{Self}`",
    note = "let the work end in `()`, or in a `Result` whose error implements `Display` and becomes `{E}` by `From`",
    note = "say what is to be done with the value: use it in the work itself, or await its handle",
    note = "an `async` block that never ends has the output `!`: as a child of a group, write it as an `async fn`, which has `()`"
)]
pub trait Outcome<E = Box<dyn Error + Send + Sync>>: Sized {
    /// What it says if it is a failure.
    fn failure(&self) -> Option<String>;

    /// Itself, or what it failed with.
    ///
    /// # Errors
    /// If it is a failure.
    fn judge(self) -> Result<Self, E>;
}

#[diagnostic::do_not_recommend]
impl<E> Outcome<E> for () {
    fn failure(&self) -> Option<String> {
        None
    }

    fn judge(self) -> Result<Self, E> {
        Ok(self)
    }
}

impl<T, F: fmt::Display, E: From<F>> Outcome<E> for Result<T, F> {
    fn failure(&self) -> Option<String> {
        self.as_ref().err().map(ToString::to_string)
    }

    fn judge(self) -> Result<Self, E> {
        match self {
            Ok(value) => Ok(Ok(value)),
            Err(error) => Err(error.into()),
        }
    }
}

/// What [`background`](crate::background) and [`Task::detach`](crate::Task::detach) take: an [`Outcome`], or `!`, the output of an
/// `async` block that never ends.
#[diagnostic::on_unimplemented(
    message = "nobody looks at `{Self}`, and it can not say whether it is a failure",
    label = "ends in `{Self}`",
    note = "let the work end in `()`, or in a `Result` whose error is an `Error` or a `String`",
    note = "say what is to be done with the value: use it in the work itself, or await its handle"
)]
pub trait Told: Sized {
    #[doc(hidden)]
    fn into_failure(self) -> Option<Box<dyn Error + Send + Sync>>;
}

#[diagnostic::do_not_recommend]
impl<T: Outcome> Told for T {
    fn into_failure(self) -> Option<Box<dyn Error + Send + Sync>> {
        self.judge().err()
    }
}

/// `!`, which has no name on stable Rust but as the output of a function.
type Never = <fn() -> ! as Returns>::Output;

pub trait Returns {
    type Output;
}

impl<T> Returns for fn() -> T {
    type Output = T;
}

#[diagnostic::do_not_recommend]
impl Told for Never {
    fn into_failure(self) -> Option<Box<dyn Error + Send + Sync>> {
        self
    }
}
