//! X6: of several contexts one can fail.

use std::io;

use weftwork::{Context, context, with};

fn file() -> Context<u8, io::Error> {
    context!(async {
        yield 1;
        Ok(())
    })
}

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn read() -> u8 {
    with!(number = number(), byte = file(), { *number + *byte }).await
}

fn main() {}
