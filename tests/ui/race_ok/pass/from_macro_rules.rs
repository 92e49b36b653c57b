//! D15: calls that a user's own macro writes.

use std::time::Duration;

use weftwork::race_ok;

macro_rules! all {
    ($($arms:tt)*) => { race_ok!($($arms)*) };
}

macro_rules! hedged {
    ($a:expr, $b:expr, $stagger:expr) => { race_ok!($a, $b, stagger = $stagger) };
}

macro_rules! hedged_by_literal {
    ($a:expr, $b:expr, $stagger:literal) => { race_ok!($a, $b, stagger = $stagger) };
}

async fn answer(number: u8) -> Result<u8, ()> {
    Ok(number)
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(all!(answer(1), answer(2), stagger = 5ms,).await, Ok(1));
    assert_eq!(hedged!(answer(1), answer(2), Duration::from_secs(1)).await, Ok(1));
    assert_eq!(hedged!(std::future::pending(), answer(2), "5ms").await, Ok(2));
    assert_eq!(hedged_by_literal!(std::future::pending(), answer(2), 5ms).await, Ok(2));
}
