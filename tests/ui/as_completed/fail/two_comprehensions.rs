//! C130.

use weftwork::as_completed;

fn all() {
    let _ = as_completed!(for n in 0..3_u8 { async move { n } }, for n in 0..3_u8 { async move { n } });
}

fn main() {}
