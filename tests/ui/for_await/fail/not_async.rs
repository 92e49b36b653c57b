//! A function that is not `async` can not await.

use weftwork::for_await;

fn sum() -> u32 {
    let mut sum = 0;
    for_await!(for number in futures::stream::iter([1, 2]) {
        sum += number;
    });
    sum
}

fn main() {
    sum();
}
