//! A stream that nobody polls does nothing.

#![deny(unused_must_use)]

use weftwork::as_completed;

fn all() {
    as_completed!(for n in 0..3_u8 { async move { n } });
}

fn main() {}
