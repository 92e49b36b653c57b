//! C91: `?` on a task is first about the task, and then about what it ends with.

use std::num::ParseIntError;

use weftwork::spawn;

async fn parse(text: &'static str) -> Result<u8, ParseIntError> {
    text.parse()
}

async fn once() -> Result<u8, Box<dyn std::error::Error>> {
    spawn(parse("7")).await?
}

async fn twice() -> Result<u8, ParseIntError> {
    spawn(parse("7")).await?
}

fn main() {}
