//! C123: a future that nobody polls would stand still behind `wait`.

use weftwork::{Until, wait};

async fn work(number: u8) -> u8 {
    number
}

async fn outer() {
    wait([work(1), work(2)], Until::All).await.done.len();
}

fn main() {}
