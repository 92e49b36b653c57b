//! G91: what lives over a `yield` decides, and the message says so there.

use std::rc::Rc;

use weftwork::generator;

fn send(_: impl Send) {}

fn main() {
    send(generator!(async || -> u8 {
        let local = Rc::new(1);
        yield *local;
        drop(local);
    }));
}
