//! A yield that waits can not be kept outside of its body.

use std::pin::Pin;

use weftwork::{Emit, stream};

fn main() {
    let mut kept: Option<Pin<Box<Emit<'_, u8>>>> = None;
    let _ = stream(async |y| {
        kept = Some(Box::pin(y.emit(1)));
    });
}
