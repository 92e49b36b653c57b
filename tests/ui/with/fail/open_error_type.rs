//! X7: nothing says what the error of the body is.

use std::io;

use weftwork::{Context, context, with};

fn file() -> Context<u8, io::Error> {
    context!(async {
        yield 1;
        Ok(())
    })
}

async fn read() {
    let _ = with!(byte = file(), {
        let more: u8 = "1".parse()?;
        Ok(*byte + more)
    })
    .await;
}

fn main() {}
