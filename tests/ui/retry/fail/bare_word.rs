//! D22: a value without a name.
use weftwork::retry;

struct FetchError;

const PATIENT: u32 = 4;

#[retry(attempts = 4, PATIENT)]
async fn fetch() -> Result<u8, FetchError> {
    Ok(1)
}

fn main() {}
