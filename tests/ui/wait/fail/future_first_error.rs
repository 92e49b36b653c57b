//! C123: the same where the output has to be judged.

use weftwork::{Until, wait};

async fn work(number: u8) -> Result<u8, std::io::Error> {
    Ok(number)
}

async fn outer() {
    wait(vec![work(1), work(2)], Until::FirstError).await.done.len();
}

fn main() {}
