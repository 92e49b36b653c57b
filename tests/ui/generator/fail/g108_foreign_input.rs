//! G108: input that is no body.

use weftwork::generator;

fn main() {
    let _ = generator!();
    let _ = generator!(1 + 1);
    let _ = generator!(async);
    let _ = generator!(async move 5);
    let _ = generator!(async { yield 1 }, async { yield 2 });
    let _ = generator!(async move || -> u8);
    let _ = generator!(async move |);
    let _ = generator!(move { yield 1 });
    let _ = generator!({ yield 1 } + 1);
    let _ = generator!(move || -> u8);
    let _ = generator!(|);
    let _ = generator!(|| 1);
    let _ = generator!(if true { yield 1 });
}
