//! X5: an error of a context that is no error of the body.

use std::io;

use weftwork::{Context, context, with};

fn file() -> Context<u8, io::Error> {
    context!(async {
        yield 1;
        Ok(())
    })
}

#[derive(Debug)]
enum AppError {
    Own,
}

async fn read() -> Result<u8, AppError> {
    with!(byte = file(), async || -> Result<u8, AppError> {
        if *byte == 0 {
            return Err(AppError::Own);
        }
        Ok(*byte)
    })
    .await
}

fn main() {}
