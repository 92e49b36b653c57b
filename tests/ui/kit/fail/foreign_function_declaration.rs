//! P120, D4: a declaration in an `extern` block.
use weftwork::limit;

unsafe extern "C" {
    #[limit(5)]
    fn fetch();
}

fn main() {}
