//! C32, C64: a mark behind a splat, and a splat of nothing.

use weftwork::as_completed;

async fn all(futures: Vec<std::future::Ready<Result<u8, u8>>>) {
    let _ = as_completed!(..futures?);
    let _ = as_completed!(..);
}

fn main() {}
