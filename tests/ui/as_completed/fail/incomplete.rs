//! A comprehension that is not complete.

use weftwork::as_completed;

fn all() {
    let _ = as_completed!(for n in 0..3);
}

fn main() {}
