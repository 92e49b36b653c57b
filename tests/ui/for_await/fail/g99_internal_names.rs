//! G99 and types: the loop's own names are out of reach, and a wrong type is an error in the user's tokens.

use weftwork::for_await;

async fn loops() {
    for_await!(for number in futures::stream::iter([1]) {
        let text: &str = number;
        drop(__item);
        drop(__stream);
        drop(text);
    });
}

fn main() {
    drop(loops());
}
