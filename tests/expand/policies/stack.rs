/// Fetches one page.
#[timeout(8s)]
#[must_use]
#[limit(16)]
#[cfg(unix)]
#[timeout(self.patience)]
pub async fn fetch(&self, url: &Url) -> Result<Option<Page>, FetchError> {
    #![allow(clippy::unused_self)]
    match get(url).await? {
        Reply::Gone => Ok(None),
        Reply::Page(page) => Ok(Some(page)),
    }
}
