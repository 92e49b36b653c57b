//! A loop at the end of a function over a stream that borrows one of its locals.

use weftwork::for_await;

async fn sum(total: &mut u32) {
    let numbers = vec![1, 2, 3];
    let mut stream = futures::stream::iter(&numbers);
    for_await!(for number in &mut stream {
        *total += number;
    })
}

fn main() {
    let mut total = 0;
    futures::executor::block_on(sum(&mut total));
    assert_eq!(total, 6);
}
