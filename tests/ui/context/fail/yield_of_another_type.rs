//! What it lends is not what its function says.

use weftwork::{Context, context};

fn number() -> Context<u8> {
    context!(async {
        yield "one";
    })
}

fn main() {}
