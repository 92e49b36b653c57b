#[limit(16)]
#[retry(attempts = 4, clone(request))]
#[limit(100/s, wait = 1s)]
async fn send(&mut self, request: Request) -> Result<Reply, SendError> {
    self.post(request).await
}
