//! W50: a report needs the error's text.

use weftwork::spawn;

#[derive(Debug)]
enum Failure {
    TooLate,
}

async fn work() -> Result<u8, Failure> {
    Err(Failure::TooLate)
}

async fn outer() {
    spawn(work()).detach();
}

fn main() {}
