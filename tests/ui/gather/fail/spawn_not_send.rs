//! C38: a task may go to another thread.

use std::rc::Rc;

use weftwork::gather;

async fn get(url: Rc<str>) -> usize {
    url.len()
}

async fn all(urls: Vec<Rc<str>>) {
    gather!(for url in urls { get(url) }, spawn).await;
}

fn main() {}
