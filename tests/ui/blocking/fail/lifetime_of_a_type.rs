//! P107, S12: a lifetime of a type.
use weftwork::blocking;

#[blocking]
async fn read<'a>(text: std::borrow::Cow<'a, str>) -> usize {
    text.len()
}

#[tokio::main]
async fn main() {
    let _done = read("".into()).await;
}
