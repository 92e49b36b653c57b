//! D49: an error in an arm stands where it stands without us.

use weftwork::race;

async fn all() -> u8 {
    race!(async { 1_u8 }, async { let text: u8 = "text"; text }).await
}

fn main() {}
