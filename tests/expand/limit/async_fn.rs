#[limit(5)]
async fn fetch(url: &Url) -> Page {
    get(url).await
}
