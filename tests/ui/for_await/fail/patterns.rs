//! The pattern must match every item.

use weftwork::for_await;

async fn loops() {
    for_await!(for Some(number) in futures::stream::iter([Some(1)]) {
        drop::<i32>(number);
    });
}

fn main() {
    drop(loops());
}
