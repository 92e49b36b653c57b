//! X6: a body without a `Result`, and a context that can fail.

use std::io;

use weftwork::{Context, context, with};

fn file() -> Context<u8, io::Error> {
    context!(async {
        yield 1;
        Ok(())
    })
}

async fn read() -> u8 {
    with!(byte = file(), { *byte }).await
}

fn main() {}
