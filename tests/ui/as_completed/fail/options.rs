//! C129, D16 to D18, D25: one mistake each.

use weftwork::as_completed;

fn all() {
    let _ = as_completed!(for n in 0..3_u8 { async move { n } }, limits = 4);
    let _ = as_completed!(for n in 0..3_u8 { async move { n } }, timeout = 5s);
    let _ = as_completed!(for n in 0..3_u8 { async move { n } }, limit = 4, limit = 4);
    let _ = as_completed!(limit = 4, for n in 0..3_u8 { async move { n } });
}

fn main() {}
