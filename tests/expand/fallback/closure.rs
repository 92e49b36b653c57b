#[timeout(8s)]
#[fallback(|error| cached(id).ok_or(error))]
async fn fetch(id: u64, request: Request) -> Result<Page, FetchError> {
    get(id, request).await
}
