//! G94: a scope of threads around the generator outlives its body as well.

use weftwork::stream;

fn main() {
    std::thread::scope(|scope| {
        let _ = stream::<u8, _>(async |y| {
            scope.spawn(move || drop(y));
        });
    });
}
