//! What every macro shares: reading arguments, functions and arms, collecting errors, naming and emitting.
//!
//! Features use the kit; the kit knows no feature.

pub(crate) mod args;
pub(crate) mod arms;
pub(crate) mod driver;
pub(crate) mod duration;
pub(crate) mod errors;
pub(crate) mod func;
pub(crate) mod idents;
pub(crate) mod krate;
pub(crate) mod messages;
pub(crate) mod operand;
pub(crate) mod rate;
pub(crate) mod returns;
pub(crate) mod scan;
pub(crate) mod tokens;
pub(crate) mod written;
