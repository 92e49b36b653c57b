//! Async generators: pages of a source, numbers that may be wrong, and a tree.
//!
//! `cargo run --example 01_async_generator`

use std::num::ParseIntError;

use weftwork::{Stream, Yielder, for_await, generator, millis, stream, try_generator};

/// A source that gives a page at a time, slowly.
struct Client {
    pages: Vec<&'static str>,
}

impl Client {
    async fn page(&self, number: usize) -> Option<&'static str> {
        tokio::time::sleep(millis(20)).await;
        self.pages.get(number - 1).copied()
    }

    /// Page after page, each fetched when it is asked for.
    fn pages(&self) -> impl Stream<Item = &'static str> {
        generator!(async {
            let mut number = 1;
            while let Some(page) = self.page(number).await {
                yield page;
                number += 1;
            }
        })
    }

    /// The numbers on all pages. One that is none ends the stream with its error.
    fn numbers(&self) -> impl Stream<Item = Result<u32, ParseIntError>> {
        try_generator!(async {
            for await page in self.pages() {
                for word in page.split(' ') {
                    yield word.parse()?;
                }
            }
        })
    }
}

/// The sum up to where it goes wrong.
async fn sum(client: &Client) -> (u32, Option<ParseIntError>) {
    let mut sum = 0;
    for_await!(for number in client.numbers() {
        match number {
            Ok(number) => sum += number,
            Err(error) => return (sum, Some(error)),
        }
    });
    (sum, None)
}

struct Node {
    name: &'static str,
    children: Vec<Node>,
}

/// Recursion yields through a handle: one stream, however deep the tree.
async fn walk(y: &Yielder<'_, String>, node: &Node, depth: usize) {
    y.emit(format!("{:depth$}{}", "", node.name)).await;
    for child in &node.children {
        Box::pin(walk(y, child, depth + 2)).await;
    }
}

#[tokio::main]
async fn main() {
    let client = Client { pages: vec!["1 2 3", "4 5", "6"] };
    for_await!(for page in client.pages() {
        println!("page: {page}");
    });
    println!("sum: {:?}", sum(&client).await);

    let client = Client { pages: vec!["1 2", "3 four", "5"] };
    println!("sum: {:?}", sum(&client).await);

    let leaf = |name| Node { name, children: Vec::new() };
    let tree = Node { name: "src", children: vec![Node { name: "guide", children: vec![leaf("mod.rs")] }, leaf("lib.rs")] };
    for_await!(for line in stream(async |y| walk(&y, &tree, 0).await) {
        println!("{line}");
    });
}
