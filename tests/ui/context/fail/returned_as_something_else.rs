//! What it makes is a context.

use std::future::Future;

use weftwork::context;

fn number() -> u8 {
    context!(async {
        yield 1;
    })
}

fn future() -> impl Future<Output = u8> {
    context!(async {
        yield 1;
    })
}

async fn not_needed() -> weftwork::Context<u8> {
    context!(async {
        yield 1;
    })
}

fn open() {
    let number = context!(async {
        yield 1;
    });
    drop(number);
}

fn main() {}
