//! Arms instead of a comprehension.

use weftwork::as_completed;

fn all() {
    let _ = as_completed!(async { 1 }, async { 2 });
}

fn main() {}
