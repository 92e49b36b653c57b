//! The value does not outlive the body.

use weftwork::{Context, context, with};

fn text() -> Context<String> {
    context!(async {
        yield String::new();
    })
}

async fn all() {
    let length = with!(text = text(), { text.as_str() }).await.len();
    let _ = length;
}

fn main() {}
