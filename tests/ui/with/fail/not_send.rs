//! X11: a body that can not be sent, where it has to be.

use std::rc::Rc;

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

fn start() {
    let local = Rc::new(5_u8);
    tokio::spawn(with!(one = number(), async move {
        tokio::task::yield_now().await;
        *one + *local
    }));
}

fn main() {}
