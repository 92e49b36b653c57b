//! G96: nor do two handles have a type of reference in common.

use weftwork::{Yielder, stream};

fn either<'a, 'y>(first: &'a Yielder<'y, u8>, _: &'a Yielder<'y, u8>) -> &'a Yielder<'y, u8> {
    first
}

fn main() {
    let _ = stream::<u8, _>(async |outer| {
        let mut inner = std::pin::pin!(stream::<u8, _>(async |inner| {
            either(&outer, &inner).emit(1).await;
        }));
        let _ = &mut inner;
    });
}
