//! `for await` needs something that can await.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> i32 {
        let sum = |numbers: futures::stream::Empty<i32>| {
            for await number in numbers {
                drop(number);
            }
        };
        sum(futures::stream::empty());
    });
}
