//! The value is lent, not given.

use weftwork::{Context, context, with};

fn text() -> Context<String> {
    context!(async {
        yield String::new();
    })
}

async fn all() -> String {
    with!(text = text(), { *text }).await
}

fn main() {}
