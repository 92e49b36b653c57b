//! G100 to G103: the same errors in whole functions and in iterators.

use futures_core::Stream;
use weftwork::generator;

generator!(
    async fn closures() -> impl Stream<Item = u8> {
        [1, 2].iter().for_each(|item| yield *item);
        [1, 2].iter().for_each(|item| yield ..[*item]);
    }
);

generator!(
    fn items() -> impl Iterator<Item = u8> {
        fn deliver(item: u8) {
            yield item;
        }
        const ONE: () = yield 1;
        deliver(1);
        let () = ONE;
    }
);

generator!(
    fn types() -> impl Iterator<Item = u8> {
        yield 1;
        yield "two";
    }
);

generator!(
    async fn value() -> impl Stream<Item = u8> {
        yield 1;
        2
    }
);

fn main() {
    let _ = generator!({
        yield 1;
        let _ = || yield 2;
        let inner = 3;
        Some(inner)
    });
    let _ = generator!({
        yield 1;
        yield "two";
    });
    drop((closures(), items(), types(), value()));
}
