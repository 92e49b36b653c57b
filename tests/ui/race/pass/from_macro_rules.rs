//! D15: calls that a user's own macro writes.

use weftwork::race;

macro_rules! all {
    ($($arms:tt)*) => { race!($($arms)*) };
}

macro_rules! pair {
    ($a:expr, $b:expr) => { race!($a, $b) };
}

macro_rules! closed {
    ($future:expr) => { race!(async { Some($future.await) }, async { std::future::pending().await }) };
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(all!(async { 1 }, async { 2 },).await, 1);
    assert_eq!(pair!(std::future::pending(), async { 2 }).await, 2);
    assert_eq!(closed!(std::future::ready(3)).await, Some(3));
}
