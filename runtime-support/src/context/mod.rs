//! `context!` and `with!`: clean-up that may await, and runs on every way out.
//!
//! - `plan.rs`: a context that is not entered yet; `lender.rs`: how its value comes to the body and back
//! - `frame.rs`: one context that is entered, from its first poll to the end of its clean-up
//! - `attempt.rs`: the body; `answer.rs`: what comes out of body and clean-up together
//! - `class.rs`: contexts that are types; `stack.rs`, `entry.rs`: any number of them
//! - `with.rs`: `with!` without the macro

mod answer;
mod attempt;
mod class;
mod entry;
mod frame;
mod lender;
mod plan;
mod stack;
mod with;

pub use self::attempt::{Outcome, attempt};
pub use self::class::{AsyncContext, Contextual, plan};
pub use self::entry::Entered;
pub use self::frame::{Frame, frame};
pub use self::lender::{Exit, Lender, not_lent};
pub use self::plan::{Context, LocalContext, context, lender, local_context, made};
pub use self::stack::ExitStack;
pub use self::with::with;
