//! X16: a type as a context, with an `exit` that can not be sent.

use std::rc::Rc;

use weftwork::{AsyncContext, Exit};

struct Session;

impl AsyncContext for Session {
    type Value = u8;
    type Error = std::io::Error;

    async fn enter(&mut self) -> Result<u8, std::io::Error> {
        Ok(1)
    }

    async fn exit(self, value: u8, _: Exit) -> Result<(), std::io::Error> {
        let local = Rc::new(value);
        tokio::task::yield_now().await;
        drop(local);
        Ok(())
    }
}

fn main() {}
