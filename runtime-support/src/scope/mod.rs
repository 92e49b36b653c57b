//! Who waits for what could not be awaited where it was dropped.
//!
//! A future that is dropped with a clean-up open hands it over to a task, and leaves a note of that with its thread. Whoever polled
//! or dropped the future looks behind that whether there are new notes, and takes them: the innermost one comes first. So no
//! construct has to say that it is there. Where nothing was handed over, which is nearly always, all of this is two loads and a
//! comparison.
//!
//! - `outstanding.rs`: what still runs, and the list of it for `drain`
//! - `notes.rs`: the notes of a thread
//! - `waiting.rs`: a construct's wait for what it has taken
//! - `held.rs`: the outcome of a construct until that is over
//! - `tracked.rs`: the tasks to which something is handed over
//! - `drain.rs`, `grace.rs`: what programs see of it
//! - `carried.rs`: what goes along into tasks

mod carried;
mod drain;
mod grace;
mod held;
mod notes;
mod outstanding;
mod tracked;
mod waiting;

pub(crate) use self::carried::Carried;
pub use self::drain::{clean_ups, drain};
pub(crate) use self::grace::in_force as grace_in_force;
pub use self::grace::with_grace;
pub(crate) use self::held::{Held, settled, sure};
pub(crate) use self::notes::{Mark, leave};
pub use self::outstanding::CleanUp;
pub(crate) use self::outstanding::{About, Outstanding, Waiter, What, name_of, short_name};
pub(crate) use self::tracked::{finish_behind, hand_over, hand_over_quietly, lost};
pub(crate) use self::waiting::{HowLong, Scope};
