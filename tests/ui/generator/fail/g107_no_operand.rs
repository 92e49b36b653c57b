//! G107: what is no expression, inside the arguments of a macro.

use weftwork::generator;

fn main() {
    let _ = generator!(async || -> u8 {
        println!("{:?}", yield =);
    });
}
