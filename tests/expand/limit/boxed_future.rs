#[limit(4)]
fn fetch(&self, url: Url) -> Pin<Box<dyn Future<Output = Page> + Send + '_>> {
    let client = self.client.clone();
    Box::pin(async move { client.get(url).await })
}
