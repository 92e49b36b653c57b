//! G93: the handle can not be stored outside of its body.

use std::cell::RefCell;

use weftwork::{Yielder, stream};

struct Keeper<'a>(RefCell<Option<Yielder<'a, u8>>>);

fn main() {
    let mut variable = None;
    let _ = stream::<u8, _>(async |y| variable = Some(y));

    let cell = RefCell::new(Vec::new());
    let _ = stream::<u8, _>(async |y| cell.borrow_mut().push(y));

    let keeper = Keeper(RefCell::new(None));
    let _ = stream::<u8, _>(async |y| *keeper.0.borrow_mut() = Some(y));
}
