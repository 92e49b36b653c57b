//! G24: a function that delegates to itself, through a box.

use futures_core::Stream;
use weftwork::{generator, try_generator};

use super::all;

struct Node(u32, Vec<Node>);

fn tree() -> Node {
    Node(1, vec![Node(2, vec![Node(3, vec![])]), Node(4, vec![])])
}

generator!(
    async fn walk(node: &Node) -> impl Stream<Item = u32> {
        yield node.0;
        for child in &node.1 {
            yield ..Box::pin(walk(child));
        }
    }
);

generator!(
    fn walk_iter(node: &Node) -> impl Iterator<Item = u32> {
        yield node.0;
        for child in &node.1 {
            yield ..Box::new(walk_iter(child));
        }
    }
);

try_generator!(
    async fn walk_to(node: &Node, last: u32) -> impl Stream<Item = Result<u32, u32>> {
        if node.0 == last {
            return Err(last);
        }
        yield node.0;
        for child in &node.1 {
            yield ..Box::pin(walk_to(child, last));
        }
    }
);

#[tokio::test]
async fn g24_depth_first() {
    let tree = tree();
    assert_eq!(all(walk(&tree)).await, [1, 2, 3, 4]);
    assert_eq!(walk_iter(&tree).collect::<Vec<_>>(), [1, 2, 3, 4]);
    assert_eq!(walk_iter(&tree).take(2).collect::<Vec<_>>(), [1, 2]);
}

#[tokio::test]
async fn g24_an_error_ends_every_level() {
    assert_eq!(all(walk_to(&tree(), 3)).await, [Ok(1), Ok(2), Err(3)]);
}

#[tokio::test]
async fn g24_recursion_may_be_spawned() {
    let walked = tokio::spawn(async { all(walk(&tree())).await });
    assert_eq!(walked.await.unwrap(), [1, 2, 3, 4]);
}
