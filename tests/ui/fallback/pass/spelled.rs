//! Every spelling of a fallback.
#![deny(warnings)]
use weftwork::fallback;

#[fallback(1 => Ok(1), 2 | 3 => Ok(2), n if n > 9 => { Ok(n) } n @ 4..=9 => Ok(n), _ => Err(0),)]
async fn arms(error: u8) -> Result<u8, u8> {
    Err(error)
}

#[fallback(_ => Ok(1), crate = ::weftwork)]
async fn every_error() -> Result<u8, u8> {
    Err(1)
}

#[fallback(_ => Ok(1))]
async fn alias(fails: bool) -> std::io::Result<u8> {
    if fails { Err(std::io::Error::other("x")) } else { Ok(0) }
}

#[fallback(|error| error.parse::<u8>().map_err(|_| error), crate = "weftwork")]
async fn closure(error: String) -> Result<u8, String> {
    Err(error)
}

#[fallback(move |_: String| -> Result<u8, String> { Ok(default) },)]
async fn typed(default: u8) -> Result<u8, String> {
    Err(String::new())
}

// All errors have their arm: what is not matched is nothing.
#[fallback(true => Ok(1), false => Ok(2))]
async fn exhaustive(error: bool) -> Result<u8, bool> {
    Err(error)
}

#[fallback(_ => never())]
async fn diverges() -> Result<u8, u8> {
    Ok(1)
}

fn never() -> ! {
    unreachable!()
}

#[tokio::main]
async fn main() {
    assert_eq!((arms(3).await, arms(12).await, arms(0).await), (Ok(2), Ok(12), Err(0)));
    assert_eq!((every_error().await, alias(true).await.unwrap()), (Ok(1), 1));
    assert_eq!((closure("7".into()).await, typed(3).await), (Ok(7), Ok(3)));
    assert_eq!((exhaustive(true).await, exhaustive(false).await, diverges().await), (Ok(1), Ok(2), Ok(1)));
}
