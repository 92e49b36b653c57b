//! C65: both arms give the same type.

use weftwork::race;

async fn name() -> String {
    String::new()
}

async fn number() -> u8 {
    1
}

async fn all() {
    race!(name(), number()).await;
    race!(number(), number(), name(), number()).await;
}

fn main() {}
