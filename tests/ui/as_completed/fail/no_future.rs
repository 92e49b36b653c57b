//! C131: a body that gives no future.

use weftwork::as_completed;

fn all() {
    let _ = as_completed!(for n in 0..3_u8 { n });
}

fn main() {}
