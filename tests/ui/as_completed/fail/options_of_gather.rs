//! What `gather!` takes and a stream does not.

use weftwork::as_completed;

async fn all() {
    let _ = as_completed!(for n in 0..3_u8 { async move { n } }, errors = all);
    let _ = as_completed!(for n in 0..3_u8 { async move { n } }, error = u8);
    let _ = as_completed!(for n in 0..3_u8 { async move { n } }, progress = 5);
    let _ = as_completed!(for n in 0..3_u8 { async move { n } }, spwan);
    let _ = as_completed!(for n in 0..3_u8 { async move { n } }, spawn = true);
}

fn main() {}
