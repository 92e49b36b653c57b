#[timeout(5)]
async fn fetch() -> Result<Page, FetchError> {
    get().await
}

#[timeout]
fn missing_async() -> Result<Page, FetchError> {
    get()
}

impl Client {
    #[timeout(5 parsecs, attempts = 3)]
    async fn fetch(&self) -> Result<Page, FetchError> {
        self.get().await
    }
}

#[timeout(5s)]
struct Client {
    slow: Duration,
}

trait Service {
    #[timeout(5s)]
    async fn fetch(&self) -> Result<Page, FetchError>;
}
