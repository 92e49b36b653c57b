//! C38: a task may go to another thread.

use std::rc::Rc;

use weftwork::gather;

async fn get(url: Rc<str>) -> usize {
    url.len()
}

async fn load(url: Rc<str>) -> Result<usize, ()> {
    Ok(url.len())
}

async fn both(url: Rc<str>) {
    gather!(async { 1 }, get(url.clone()), spawn).await;
    gather!(load(url)?, spawn).await.ok();
}

fn main() {}
