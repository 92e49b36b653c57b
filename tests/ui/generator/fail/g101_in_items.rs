//! G101: neither can a function or a constant.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> i32 {
        fn deliver(item: i32) {
            yield item;
        }
        const ONE: () = yield 1;
        static TWO: () = yield 2;
        deliver(3);
        let () = const { yield 4 };
    });
}
