#[fallback(FetchError::NotFound => Ok(None), FetchError::Timeout(after) if after > LONG => {
    warn(url);
    Ok(None)
})]
#[timeout(8s)]
async fn fetch(&self, url: &Url, request: Request) -> Result<Option<Page>, FetchError> {
    self.get(request).await
}
