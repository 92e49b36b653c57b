/// Fetches one page.
#[fallback(FetchError::NotFound => Ok(None))]
#[timeout(8s)]
#[retry(attempts = 4, backoff = 50ms..2s, jitter, when = FetchError::is_transient)]
#[limit(16, key = url.host_str(), max_waiting = 64, wait = 500ms)]
#[timeout(2s)]
async fn fetch(&self, url: &Url) -> Result<Option<Page>, FetchError> {
    self.get(url).await
}
