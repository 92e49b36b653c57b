//! What it holds can not be sent.

use std::rc::Rc;

use weftwork::{Context, context};

fn number() -> Context<u8> {
    let local = Rc::new(1);
    context!(async move {
        yield *local;
        drop(local);
    })
}

fn lends() -> Context<Rc<u8>> {
    context!(async move {
        yield Rc::new(1);
    })
}

fn main() {}
