//! D20: nothing where a comprehension is needed.

use weftwork::as_completed;

fn all() {
    let _ = as_completed!();
}

fn main() {}
