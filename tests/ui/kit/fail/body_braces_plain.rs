//! D50: lints about braces and parentheses of the body.
#![deny(unused_braces, unused_parens)]
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    { Ok((1)) }
}

fn main() {
    let _call = fetch();
}
