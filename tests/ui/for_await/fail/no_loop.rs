//! Input that is no loop.

use weftwork::for_await;

async fn loops() {
    for_await!();
    for_await!(while true {});
    for_await!(for number {});
    for_await!(for number in futures::stream::iter([1]));
    for_await!(for number in futures::stream::iter([1]) { drop(number) } drop(2));
}

fn main() {
    drop(loops());
}
