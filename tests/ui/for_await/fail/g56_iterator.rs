//! G56: an iterator is no stream.

use weftwork::for_await;

async fn sum() -> u32 {
    let mut sum = 0;
    for_await!(for number in vec![1, 2, 3] {
        sum += number;
    });
    for_await!(for number in 0..3 {
        sum += number;
    });
    sum
}

fn main() {
    drop(sum());
}
