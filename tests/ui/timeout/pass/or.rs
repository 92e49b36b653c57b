//! A value in place of the error.
#![deny(warnings)]
use weftwork::{Elapsed, timeout};

#[timeout(5s, or = 1)]
async fn number() -> u32 {
    2
}

#[timeout(5s, or = ())]
async fn nothing() {}

#[timeout(5s, or = None)]
async fn option() -> Option<String> {
    Some(String::new())
}

#[timeout(8s)]
#[timeout(5s, or = Ok(name.len()),)]
async fn above(name: &str) -> Result<usize, Elapsed> {
    Ok(name.len() + 1)
}

#[timeout(8s, or = { let half = name.len() / 2; half }, crate = ::weftwork)]
async fn block(name: String) -> usize {
    name.len()
}

#[timeout(5s, or = return 3)]
async fn returns() -> u32 {
    2
}

#[timeout(5s, or = panic!("late"))]
async fn panics() -> u32 {
    2
}

#[timeout(5s, or = later().await)]
async fn awaits() -> u32 {
    2
}

async fn later() -> u32 {
    3
}

#[timeout(5s, or = Err(String::from("late"))?)]
async fn question() -> Result<u32, Box<dyn std::error::Error>> {
    Ok(2)
}

#[tokio::main]
async fn main() {
    nothing().await;
    assert_eq!((number().await, option().await, above("ab").await), (2, Some(String::new()), Ok(3)));
    assert_eq!((block("abcd".into()).await, returns().await, panics().await, awaits().await), (4, 2, 2, 2));
    assert_eq!(question().await.unwrap(), 2);
}
