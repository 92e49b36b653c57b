//! G45: the plain form has no place for an error.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> i32 {
        let number: i32 = "1".parse()?;
        yield number;
        if !Some(true)? {
            return Err("over");
        }
    });
}
