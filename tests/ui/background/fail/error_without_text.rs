//! W50: a report needs the error's text.

use weftwork::background;

#[derive(Debug)]
enum Failure {
    TooLate,
}

async fn work() -> Result<u8, Failure> {
    Err(Failure::TooLate)
}

async fn outer() {
    background("work", work());
}

fn main() {}
