//! `yield_err!` outside of `try_generator!`.

use weftwork::{generator, yield_err};

fn main() {
    let _ = generator!(async || -> u8 {
        yield_err!("an error");
    });
    let _ = generator!(|| -> u8 {
        yield_err!();
    });
    yield_err!("an error");
}
