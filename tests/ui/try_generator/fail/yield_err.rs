//! `yield_err!` delivers the stream's own error, as it is.

use weftwork::try_generator;

fn main() {
    let _ = try_generator!(async || -> Result<u8, String> {
        yield_err!("text");
    });
    let _ = try_generator!(async || -> Result<u8, String> {
        yield_err!();
    });
    let _ = try_generator!(|| -> Result<u8, String> {
        yield_err!(String::new(), 2);
    });
    let _ = try_generator!(|| -> Result<u8, String> {
        let fail = || yield_err!(String::new());
        fail();
    });
}
