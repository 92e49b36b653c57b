//! An error of the types in the body stands there.

use weftwork::{Context, context};

fn number() -> Context<u8, std::io::Error> {
    context!(async {
        let text: &str = 5;
        let (number, exit) = yield 1;
        let text: String = exit;
        missing(number);
        Ok(())
    })
}

fn main() {}
