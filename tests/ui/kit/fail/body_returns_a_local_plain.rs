//! D50: a borrow that does not live long enough.
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn fetch<'a>() -> Result<&'a str, Elapsed> {
    let text = String::new();
    Ok(&text)
}

fn main() {
    let _call = fetch();
}
