#[retry]
async fn endless() -> Result<(), Error> {
    post().await
}

#[retry(attempts = 0, backoff = 2s..50ms, clone(missing), attemps = 3)]
async fn wrong() -> Result<(), Error> {
    post().await
}
