#[timeout(8s)]
#[limit(16, crate = woven::reexport)]
async fn fetch() -> Result<(), FetchError> {
    get().await
}
