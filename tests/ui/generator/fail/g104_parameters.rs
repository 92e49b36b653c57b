//! G104: the closure form has no parameters.

use weftwork::generator;

fn main() {
    let _ = generator!(async move |client: &str, number: u8| -> u8 {
        yield 1;
    });
    let _ = generator!(move |number: u8| {
        yield number;
    });
}
