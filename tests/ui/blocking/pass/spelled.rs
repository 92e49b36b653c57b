//! Every spelling of blocking work, and what its body may hold.
#![deny(warnings)]
use std::sync::Arc;
use weftwork::{blocking, fallback, limit, retry, timeout};

#[blocking]
async fn alone() -> u8 {
    1
}

#[blocking()]
async fn with_parentheses(mut list: Vec<u8>) -> usize {
    list.push(1);
    list.len()
}

#[blocking(cpu)]
async fn on_the_cores(name: &'static str, pointer: fn(&str) -> usize, call: Box<dyn Fn(&str) -> usize + Send>) -> usize {
    pointer(name) + call(name)
}

#[blocking(cpu, crate = ::weftwork)]
async fn own_path() {}

// What it makes for somebody else to await is not awaited here.
#[blocking]
async fn inner(one: u8) -> impl Future<Output = u8> + Send {
    let block = async move { std::future::ready(one).await };
    let closure = async || std::future::ready(1).await;
    let _closure = closure;
    block
}

#[fallback(_ => Ok(1))]
#[timeout(5s, or = Err(String::new()))]
#[retry(attempts = 2, clone(text))]
#[limit(2)]
#[blocking]
async fn stack(text: String) -> Result<usize, String> {
    Ok(text.len())
}

struct Reader;

impl Reader {
    #[blocking]
    async fn shared(self: Arc<Self>) -> Self {
        Self
    }
}

#[blocking]
async fn never() -> ! {
    panic!("nobody calls this")
}

#[tokio::main]
async fn main() {
    assert_eq!((alone().await, with_parentheses(vec![1]).await), (1, 2));
    assert_eq!(on_the_cores("ab", str::len, Box::new(str::len)).await, 4);
    own_path().await;
    assert_eq!((inner(3).await.await, stack("abc".into()).await), (3, Ok(3)));
    let _reader: Reader = Arc::new(Reader).shared().await;
    if false {
        never().await
    }
}
