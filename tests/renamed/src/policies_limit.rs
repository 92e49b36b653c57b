//! `#[limit]` in every form, with `crate = path`.

use woven::{LimitExceeded, Limiter, limit};

static DB: Limiter = Limiter::new(5);

/// Refuses.
///
/// # Errors
/// When the line is full.
#[limit(5, max_waiting = 64, wait = 500ms, crate = woven)]
pub async fn refuses() -> Result<u8, LimitExceeded> {
    Ok(1)
}

/// A rate.
#[limit("10/min", burst = 20, weight = units, crate = "woven")]
pub async fn rate(units: usize) -> usize {
    units
}

/// A key, and on the layer below a shared one.
#[limit(5, key = (name, *id), crate = crate::reexport::fabric)]
#[limit(shared = DB)]
pub async fn key(name: String, id: &u8) -> String {
    name
}
