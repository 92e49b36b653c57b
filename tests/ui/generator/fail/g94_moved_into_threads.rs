//! G94: the handle, or a block that yields, can not go to a task or a thread that outlives the poll.

use weftwork::{generator, stream};

fn main() {
    let _ = stream::<u8, _>(async |y| {
        std::thread::spawn(move || drop(y));
    });
}

fn task() -> impl futures_core::Stream<Item = u8> {
    generator!(async {
        tokio::spawn(async move {
            yield 1;
        });
    })
}
