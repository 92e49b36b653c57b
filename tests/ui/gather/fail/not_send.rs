//! C15: an arm that is not `Send`, in a gather that has to be.

use std::rc::Rc;

use weftwork::gather;

fn main() {
    let local = Rc::new(5);
    let gathered = gather!(async move { *local }, async { 1 });
    tokio::spawn(gathered);
}
