//! G95: the body can not return the handle.

use weftwork::stream;

fn main() {
    let _ = stream::<u8, _>(async |y| y);
}
