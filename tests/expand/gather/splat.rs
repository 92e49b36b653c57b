async fn all(futures: Vec<Fetch>) -> Vec<Page> {
    gather!(..futures).await
}
