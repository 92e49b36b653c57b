#[retry(within = 10s, backoff = constant(100ms), budget = BUDGET)]
async fn send(id: u64) -> Result<Reply, Error> {
    post(id).await
}
