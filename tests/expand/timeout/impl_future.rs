trait Service {
    #[timeout(5s)]
    fn fetch(&self) -> impl Future<Output = Result<Page, FetchError>> + Send {
        async { self.get().await }
    }
}
