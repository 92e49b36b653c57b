//! G97: a handle takes exactly its items, in both directions.

use weftwork::{Yielder, stream};

fn shorter<'a>(y: &Yielder<'_, &'static str>, text: &'a str) {
    let y: &Yielder<'_, &'a str> = y;
    drop(y.emit(text));
}

fn longer<'a>(y: &Yielder<'_, &'a str>) {
    let y: &Yielder<'_, &'static str> = y;
    drop(y.emit("text"));
}

fn brand<'a, 'b: 'a>(y: &Yielder<'b, u8>) {
    let _: &Yielder<'a, u8> = y;
}

fn main() {
    let _ = stream::<&'static str, _>(async |y| {
        let text = String::from("local");
        y.emit(&text).await;
    });
}
