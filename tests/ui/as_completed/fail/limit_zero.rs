//! D45.

use weftwork::as_completed;

fn all() {
    let _ = as_completed!(for n in 0..3_u8 { async move { n } }, limit = 0);
}

fn main() {}
