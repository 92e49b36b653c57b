//! G56: `for await` needs a stream.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> i32 {
        for await number in vec![1, 2, 3] {
            yield number;
        }
    });
}
