//! C71.

use weftwork::race;

async fn answer() -> Result<u8, String> {
    Ok(1)
}

async fn all() -> Result<(), String> {
    race!(answer()?, answer()).await?;
    race!(answer(), async { Ok(2) }?).await?;
    Ok(())
}

fn main() {}
