//! C43: the bare word is the option, and options stand at the end.

use weftwork::gather;

async fn both() {
    let spawn = async { 3 };
    gather!(async { 1 }, spawn, async { 2 }).await;
}

fn main() {}
