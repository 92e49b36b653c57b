//! G100, G101, G104 and G108 in the fallible form.

use weftwork::try_generator;

fn main() {
    let _ = try_generator!(async |n: i32| -> Result<i32, String> {
        (0..n).for_each(|n| yield n);
    });
    let _ = try_generator!(5);
}
