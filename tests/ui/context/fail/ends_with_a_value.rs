//! The clean-up ends with nothing, or with a `Result` of its error.

use std::io;

use weftwork::{Context, context};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
        7
    })
}

fn pair() -> Context<u8> {
    context!(async { yield 1 })
}

fn fallible() -> Context<u8, io::Error> {
    context!(async {
        yield 1;
    })
}

fn question() -> Context<u8> {
    context!(async {
        let number: u8 = "1".parse()?;
        yield number;
    })
}

fn other() -> Context<u8, io::Error> {
    context!(async {
        yield 1;
        Ok::<(), std::fmt::Error>(())
    })
}

fn value() -> Context<u8, io::Error> {
    context!(async {
        let (number, _) = yield 1;
        Ok(number)
    })
}

fn main() {}
