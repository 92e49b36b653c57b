//! D15: calls that a user's own macro writes.

use weftwork::gather;

macro_rules! all {
    ($($arms:tt)*) => { gather!($($arms)*) };
}

macro_rules! pair {
    ($a:expr, $b:expr) => { gather!($a, $b) };
}

macro_rules! each {
    ($item:ident in $items:expr => $body:block, $limit:expr) => { gather!(for $item in $items $body, limit = $limit) };
}

macro_rules! at_most_literal {
    ($limit:literal) => { gather!(for n in 0..3 { std::future::ready(n) }, limit = $limit) };
}

#[tokio::main(flavor = "current_thread")]
async fn main() {
    assert_eq!(all!(async { 1 }, async { Ok::<_, ()>(2) }?).await, Ok((1, 2)));
    assert_eq!(all!(for n in 0..3 { std::future::ready(n) }, limit = 2).await, [0, 1, 2]);
    assert_eq!(pair!(async { 1 }, async { 2 }).await, (1, 2));
    assert_eq!(pair!(async { Ok::<_, ()>(1) }?, async { 2 }).await, Ok((1, 2)));
    assert_eq!(each!(n in 0..3 => { std::future::ready(n) }, 1 + 1).await, [0, 1, 2]);
    assert_eq!(at_most_literal!(4).await, [0, 1, 2]);
}
