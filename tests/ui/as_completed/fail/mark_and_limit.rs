//! D52: two mistakes are two errors.

use weftwork::as_completed;

async fn load(id: u8) -> Result<u8, String> {
    Ok(id)
}

fn all() {
    let _ = as_completed!(for id in 1..=3 { load(id)? }, limit = 0);
}

fn main() {}
