//! D24: a comma too much.

use weftwork::gather;

async fn all() {
    gather!(async { 1 },, async { 2 }).await;
    gather!(, async { 1 }).await;
}

fn main() {}
