//! X5: of several contexts the error of one is missing a conversion.

use std::io;

use weftwork::{Context, context, with};

fn file() -> Context<u8, io::Error> {
    context!(async {
        yield 1;
        Ok(())
    })
}

fn number() -> Context<u8, std::num::ParseIntError> {
    context!(async {
        yield "1".parse()?;
        Ok(())
    })
}

async fn read() -> io::Result<u8> {
    with!(byte = file(), number = number(), { io::Result::Ok(*byte + *number) }).await
}

fn main() {}
