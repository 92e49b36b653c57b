#[retry(attempts = 3)]
async fn fetch(url: &Url) -> io::Result<Page> {
    get(url).await
}
