//! X6, X7, X10, X11, X18, X73: what the reference says.

#![deny(warnings)]

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
        let (number, exit) = yield 1;
        assert!(number > 0 && exit.is_ok());
    })
}

async fn forms(mut sum: u8) -> io::Result<u8> {
    with!(_ = number(), { sum += 1 }).await;
    with!(_ = number(), _ = file(), { io::Result::Ok(()) }).await?;
    with!(byte = file(), async || -> io::Result<u8> { Ok(*byte) }).await?;
    with!(one = number().named("one").grace(weftwork::secs(2)), async move { *one }).await;
    with!(byte = file(), {
        let more = io::Result::Ok(1)?;
        io::Result::Ok(*byte + more)
    })
    .await
}

macro_rules! twice {
    ($name:ident, $context:expr, $body:block) => {
        with!($name = $context, $body).await + with!($name = $context, $body).await
    };
}

async fn from_macro_rules() -> u8 {
    twice!(one, number(), { *one })
}

pub fn spawned() {
    drop(tokio::spawn(forms(1)));
    drop(tokio::spawn(from_macro_rules()));
}

fn main() {}
