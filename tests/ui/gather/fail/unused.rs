//! C132.

#![deny(unused_must_use)]

use weftwork::gather;

async fn all() {
    gather!(async { 1 }, async { 2 });
    gather!(async { Ok::<_, ()>(1) }?);
    gather!(for n in 0..3 { async move { n } });
}

fn main() {}
