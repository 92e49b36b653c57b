#[retry(within = patience, backoff = 1s..60s)]
#[retry(attempts = 3, when = |error| error.is_transient(), after = SendError::retry_after)]
async fn send(id: u64, patience: Duration) -> Result<Reply, SendError> {
    post(id).await
}
