#[timeout(5s)]
fn fetch<'a>(url: &'a str) -> Pin<Box<dyn Future<Output = Result<Page, FetchError>> + Send + 'a>> {
    let started = Instant::now();
    Box::pin(async move {
        let page = get(url).await?;
        Ok(page.after(started.elapsed()))
    })
}

#[timeout(5s)]
fn by_alias(url: &str) -> BoxFuture<'_, Result<Page, FetchError>> {
    async { get(url).await }.boxed()
}
