//! G93: neither can a reference to it, nor the future of an `emit`.

use weftwork::{Emit, stream};

fn main() {
    let mut lent = None;
    let _ = stream::<u8, _>(async |y| lent = Some(&y));

    let mut emit: Option<Emit<'_, u8>> = None;
    let _ = stream::<u8, _>(async |y| emit = Some(y.emit(1)));
}
