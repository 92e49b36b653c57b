//! X16, X18, X19, X23: what the reference says.

#![deny(warnings)]

use std::io;

use weftwork::{AsyncContext, Context, Exit, LocalContext, context};

pub fn dropped(value: String, exit: u8, slot: u8) -> Context<String> {
    context!(async move {
        yield value;
        assert!(exit > slot);
    })
}

pub fn taken() -> Context<Vec<u8>, io::Error> {
    context!(async move {
        let bytes = io::Result::Ok(vec![])?;
        let (bytes, exit) = yield bytes;
        if exit.is_ok() { Ok(drop(bytes)) } else { Err(io::ErrorKind::Other.into()) }
    })
}

pub fn chosen(large: bool) -> Context<u8> {
    context!(async move {
        let (_, _) = yield if large { 200 } else { 1 };
    })
}

pub fn matched(text: &str) -> LocalContext<'_, &str> {
    context!(async move {
        for _ in 0..2 {}
        let back = yield text;
        match back {
            (text, Exit::Completed) => assert!(text.is_ascii()),
            _ => {}
        }
    })
}

pub struct Session;

impl AsyncContext for Session {
    type Value = u8;
    type Error = io::Error;

    async fn enter(&mut self) -> io::Result<u8> {
        Ok(1)
    }

    async fn exit(self, _: u8, _: Exit) -> io::Result<()> {
        Ok(())
    }
}

fn main() {}
