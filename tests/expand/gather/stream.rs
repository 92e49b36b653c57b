async fn all(urls: impl Stream<Item = Url>) -> Result<Vec<Page>, Error> {
    gather!(for await url in urls { get(url)? }, limit = 8).await
}
