//! The hidden outlet of one body can not be kept either.

use weftwork::__private::direct;

fn main() {
    let mut kept = None;
    let _ = direct::<u8, _>(async |outlet| kept = Some(outlet));
}
