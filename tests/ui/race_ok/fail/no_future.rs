//! C131: an arm that is no future.

use weftwork::race_ok;

fn plain() -> Result<u8, ()> {
    Ok(1)
}

async fn all() {
    race_ok!(plain(), async { Ok::<u8, ()>(1) }).await.ok();
}

fn main() {}
