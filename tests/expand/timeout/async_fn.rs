/// Fetches one page.
///
/// Follows redirects.
#[timeout(5s)]
pub async fn fetch<'a>(&self, url: &'a Url) -> Result<Page<'a>, FetchError> {
    let reply = self.client.get(url).await?;
    Ok(reply.page())
}
