//! An error of the types in the body stands there.

use std::io;

use weftwork::{Context, context, with};

fn file() -> Context<u8, io::Error> {
    context!(async {
        yield 1;
        Ok(())
    })
}

async fn read() -> io::Result<u8> {
    with!(byte = file(), async || -> io::Result<u8> {
        let text: &str = byte;
        Ok("text")
    })
    .await
}

async fn plain() -> io::Result<u8> {
    with!(byte = file(), { io::Result::Ok(byte.len()) }).await
}

fn main() {}
