//! C15: an arm that is not `Send`, in a race that has to be.

use std::rc::Rc;

use weftwork::race;

fn main() {
    let local = Rc::new(5);
    let raced = race!(async move { *local }, async { 1 });
    tokio::spawn(raced);
}
