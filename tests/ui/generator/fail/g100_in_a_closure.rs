//! G100: a closure can not wait for the stream's consumer.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> i32 {
        [1, 2, 3].iter().for_each(|item| yield item + 1);
    });
    let _ = generator!(async || -> i32 {
        let deliver = async |item| {
            yield item;
        };
        deliver(1).await;
        let later = [1, 2].map(|item| async move { yield item });
        drop(later);
    });
}
