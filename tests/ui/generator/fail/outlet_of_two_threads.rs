//! Nor can two threads share it.

use weftwork::__private::direct;

fn main() {
    let _ = direct::<u8, _>(async |outlet| {
        std::thread::scope(|scope| {
            scope.spawn(|| drop(&outlet));
        });
    });
}
