//! P127, D37: the part that is wrong.
use weftwork::limit;

#[limit(5, key = (name.as_str(), share))]
async fn fetch(name: String, share: f64) -> (String, f64) {
    (name, share)
}

fn main() {}
