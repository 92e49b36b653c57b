//! G24: a stream that holds itself needs a box.

use futures_core::Stream;
use weftwork::generator;

struct Node(u32, Vec<Node>);

generator!(
    async fn walk(node: &Node) -> impl Stream<Item = u32> {
        yield node.0;
        for child in &node.1 {
            yield ..walk(child);
        }
    }
);

fn main() {
    let _ = walk(&Node(1, vec![]));
}
