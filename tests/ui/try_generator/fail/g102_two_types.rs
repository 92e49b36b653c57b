//! G102: the operand is the value, not the `Result`.

use weftwork::try_generator;

fn main() {
    let _ = try_generator!(async || -> Result<i32, String> {
        yield "text";
        yield Ok(1);
        async { yield "nested" }.await;
    });
    let _ = try_generator!(async || -> Result<i32, String> {
        yield 1;
        Ok(2)
    });
}
