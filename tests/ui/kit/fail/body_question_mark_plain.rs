//! D49: `?` on an error that does not convert.
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn fetch() -> Result<u8, Elapsed> {
    let one = "1".parse::<u8>()?;
    Ok(one)
}

fn main() {
    let _call = fetch();
}
