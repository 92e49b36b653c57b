//! G106: the items of the closure form are `Result`s.

use weftwork::try_generator;

struct Row;

fn main() {
    let _ = try_generator!(async move || -> Row {
        yield Row;
    });
}
