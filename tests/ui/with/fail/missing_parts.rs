//! X71: something is missing, or stands in the wrong place.

use weftwork::{Context, context, with};

fn number() -> Context<u8> {
    context!(async {
        yield 1;
    })
}

async fn all() {
    with!().await;
    with!({ 1 }).await;
    with!(_ = number()).await;
    with!(one = number(), two = number()).await;
    with!({ 1 }, _ = number()).await;
    with!(one = , { 1 }).await;
    with!(one = number(), { 1 }, { 2 }).await;
}

fn main() {}
