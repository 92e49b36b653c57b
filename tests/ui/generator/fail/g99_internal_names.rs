//! G99: the names of the expansion are none that a body can use.

use weftwork::generator;

generator!(
    fn whole(_: u8) -> impl Iterator<Item = u8> {
        drop(__argument0);
        yield 1;
    }
);

fn main() {
    drop(whole(1));
    let _ = generator!(async || -> u8 {
        yield 1;
        drop(__outlet);
        break 'body;
    });
    let _ = generator!(async || -> u8 {
        async { yield 1 }.await;
        __yielder.emit(1).await;
        drop(__item);
    });
}
