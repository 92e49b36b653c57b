//! The pattern must match every item, and a wrong type is an error in the user's tokens.

use weftwork::for_await;

async fn loops() {
    for_await!(for Some(number) in futures::stream::iter([Some(1)]) {
        drop::<i32>(number);
    });
    for_await!(for number in futures::stream::iter([1]) {
        let text: &str = number;
        drop(item);
        drop(stream);
    });
}

fn main() {
    drop(loops());
}
