//! G63: the items of another stream are of another type.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> u8 {
        yield ..["text"];
    });
    let _ = generator!(async {
        yield 1;
        yield ..futures::stream::iter(["text"]);
    });
    let _ = generator!(|| -> u8 {
        yield ..vec!["text"];
    });
    let _ = generator!(async || -> u8 {
        async { yield ..["text"] }.await;
    });
    let _ = generator!(|| -> u8 {
        yield ..futures::stream::iter([1]);
    });
}
