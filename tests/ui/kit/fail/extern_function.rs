//! D3: an `extern` function.
use weftwork::limit;

#[limit(5)]
extern "C" fn fetch() {}

fn main() {
    fetch();
}
