//! `return` in the body of a comprehension.

use weftwork::as_completed;

async fn get(n: u8) -> u8 {
    n
}

async fn all() {
    let _ = as_completed!(for n in 0..3 {
        if n == 2 {
            return;
        }
        get(n)
    });
}

fn main() {}
