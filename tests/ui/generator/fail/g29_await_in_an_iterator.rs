//! G29: an iterator can not wait.

use weftwork::generator;

async fn later() -> u8 {
    1
}

generator!(
    fn numbers() -> impl Iterator<Item = u8> {
        yield later().await;
    }
);

fn main() {
    let _ = generator!({
        yield later().await;
    });
    let _ = generator!(move || -> u8 {
        for await n in futures::stream::iter([1]) {
            yield n;
        }
    });
    let _ = generator!({
        yield 1;
        async { yield 2 };
        println!("{}", later().await);
    });
    // Blocks of their own may wait.
    let _ = generator!({
        yield async { later().await };
    });
    drop(numbers());
}
