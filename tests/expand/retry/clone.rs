#[retry(attempts = self.attempts(), after = Error::retry_after, clone(request, key))]
async fn send(&self, mut request: Request, key: Key, name: &str) -> Result<Reply, Error> {
    request.sign(key);
    self.post(request, name).await
}
