//! G107: what is no expression, inside the arguments of a macro.

use weftwork::generator;

generator!(
    fn in_a_function() -> impl Iterator<Item = u8> {
        println!("{:?}", yield =);
    }
);

fn main() {
    let _ = generator!(async || -> u8 {
        println!("{:?}", yield =);
    });
    let _ = generator!(|| -> u8 {
        println!("{:?}", yield ..=);
    });
    drop(in_a_function());
}
