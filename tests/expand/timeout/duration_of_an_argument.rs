impl Client {
    #[timeout(self.config.slow)]
    async fn fetch(self, request: Request) -> Result<Reply, FetchError> {
        self.send(request).await
    }
}
