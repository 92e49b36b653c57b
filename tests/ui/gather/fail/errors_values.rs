//! C44: `errors` takes one word.

use weftwork::gather;

async fn answer() -> Result<u8, ()> {
    Ok(1)
}

async fn all() {
    gather!(answer()?, answer()?, errors = first).await.ok();
    gather!(answer()?, answer()?, errors = 2).await.ok();
    gather!(answer()?, answer()?, errors = "all").await.ok();
    gather!(answer()?, answer()?, error = all).await.ok();
    gather!(errors = all, answer()?).await.ok();
}

fn main() {}
