//! D3: a C-variadic function, which is `extern`.
use weftwork::limit;

#[limit(5)]
unsafe extern "C" fn fetch(_: u8, _: ...) {}

fn main() {}
