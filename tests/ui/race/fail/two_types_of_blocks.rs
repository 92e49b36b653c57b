//! C65: where the types of the outputs have no names.

use weftwork::race;

async fn all() {
    let first = race!(async { "text" }, async { 2 }).await;
    drop(first);
    race!(std::future::ready(Ok::<u8, ()>(1)), async { Some(2) }).await.unwrap();
}

fn main() {}
