//! G37: an error that does not convert.

use weftwork::try_generator;

struct Wrong;

fn main() {
    let _ = try_generator!(async || -> Result<i32, Wrong> {
        let number: i32 = "1".parse()?;
        yield number;
        return Err("words");
    });
}
