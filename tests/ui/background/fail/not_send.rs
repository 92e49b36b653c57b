//! It may go to another thread.

use std::rc::Rc;

use weftwork::background;

async fn flush(name: Rc<str>) {
    drop(name);
}

async fn outer(name: Rc<str>) {
    background("flush", flush(name));
}

fn main() {}
