//! C38: a task may go to another thread, with all that it holds over an await.

use std::rc::Rc;

use weftwork::gather;

async fn get(n: u8) -> usize {
    let held = Rc::new(n);
    tokio::task::yield_now().await;
    usize::from(*held)
}

async fn all() {
    gather!(for n in 0..3 { get(n) }, spawn).await;
}

fn main() {}
