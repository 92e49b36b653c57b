//! G113: a half-typed line costs its own line.

use weftwork::generator;

struct Client;

fn main() {
    let client = Client;
    let _ = generator!(async || -> u8 {
        client.
        yield 1;
        let other = missing;
    });
}
