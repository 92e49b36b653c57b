//! G96: handles of two generators can not be exchanged, whether their items are of one type or of two.

use weftwork::stream;

fn same_type() {
    let _ = stream::<u8, _>(async |mut outer| {
        let _ = stream::<u8, _>(async |mut inner| std::mem::swap(&mut outer, &mut inner));
    });
}

fn two_types() {
    let _ = stream::<u8, _>(async |mut outer| {
        let _ = stream::<u16, _>(async |inner| outer = inner);
    });
}

fn main() {
    same_type();
    two_types();
}
