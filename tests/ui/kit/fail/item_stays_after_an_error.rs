//! P126, D55: callers, other methods and re-exports give no further error.
use weftwork::{Elapsed, limit, timeout};

pub trait Service {
    async fn fetch(&self, name: &str) -> Result<usize, Elapsed>;
}

#[derive(Default)]
pub struct Client;

impl Service for Client {
    #[timeout(5)]
    async fn fetch(&self, name: &str) -> Result<usize, Elapsed> {
        Ok(name.len() + self.other(1_usize).await)
    }
}

impl Client {
    #[limit(0)]
    async fn other<T: Into<usize>>(&self, value: T) -> usize {
        value.into()
    }
}

mod functions {
    #[weftwork::timeout(later)]
    pub(crate) fn missing_async() -> u8 {
        1
    }
}

pub(crate) use functions::missing_async;

#[tokio::main]
async fn main() {
    let _all = (Client.fetch("a").await, Client.other(1_usize).await, missing_async());
}
