//! What begins again is made anew each time.

use weftwork::{Restart, background_with_restart};

async fn flush() -> Result<(), std::io::Error> {
    Ok(())
}

async fn outer() {
    background_with_restart("flush", Restart::new(), flush());
}

fn main() {}
