//! G44: an `Option` has no error.

use weftwork::try_generator;

fn main() {
    let _ = try_generator!(async || -> Result<i32, String> {
        let number: i32 = Some(1)?;
        yield number;
    });
}
