//! D17: asyncio's word.

use weftwork::gather;

async fn all() {
    gather!(async { 1 }, async { 2 }, return_exceptions = true).await;
}

fn main() {}
