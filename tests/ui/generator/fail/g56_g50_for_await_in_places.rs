//! `for await` needs a stream, and something that can wait.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> i32 {
        for await number in vec![1, 2, 3] {
            yield number;
        }
    });
    let _ = generator!(async || -> i32 {
        let sum = |numbers: futures::stream::Empty<i32>| {
            for await number in numbers {
                drop(number);
            }
        };
        sum(futures::stream::empty());
    });
    let _ = generator!(async || -> i32 {
        for await number {
            yield number;
        }
    });
}
