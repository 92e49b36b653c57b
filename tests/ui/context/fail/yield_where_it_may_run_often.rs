//! X21: in loops, closures, functions and blocks of their own.

use weftwork::{Context, context};

fn in_a_loop() -> Context<u8> {
    context!(async {
        for number in 0..2 {
            yield number;
        }
    })
}

fn in_another_loop(go_on: bool) -> Context<u8> {
    context!(async move {
        while go_on {
            if go_on {
                yield 1;
            }
        }
    })
}

fn in_a_closure() -> Context<u8> {
    context!(async {
        let lend = || yield 1;
        lend();
    })
}

fn in_a_function() -> Context<u8> {
    context!(async {
        fn lend() {
            yield 1;
        }
        lend();
    })
}

fn in_a_block() -> Context<u8> {
    context!(async {
        async { yield 1 }.await;
    })
}

fn main() {}
