//! C38: an output comes from another thread.

use std::rc::Rc;

use weftwork::gather;

async fn get(n: u8) -> Rc<u8> {
    Rc::new(n)
}

async fn all() {
    gather!(for n in 0..3 { get(n) }, spawn).await;
}

fn main() {}
