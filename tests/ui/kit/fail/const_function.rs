//! P119, D3: a `const fn`.
use weftwork::limit;

#[limit(5)]
const fn fetch() -> u8 {
    1
}

const _: u8 = fetch();

fn main() {}
