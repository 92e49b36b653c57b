//! P127, D37: keys are compared.
use weftwork::limit;

#[limit(5, key = share)]
async fn fetch(share: f64) -> f64 {
    share
}

fn main() {}
