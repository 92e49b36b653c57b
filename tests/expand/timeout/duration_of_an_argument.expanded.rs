impl Client {
    ///
    /// Policies, outermost first:
    /// - `timeout(self.config.slow)`
    async fn fetch(self, request: Request) -> Result<Reply, FetchError> {
        let from_elapsed: fn(_) -> _ = <Result<
            Reply,
            FetchError,
        > as ::weftwork::FromElapsed>::from_elapsed;
        let call = ::weftwork::__private::call("fetch");
        call.around(
                ::weftwork::__private::timeout(
                    "fetch",
                    self.config.slow,
                    from_elapsed,
                    async move {
                        if false {
                            return {
                                ::weftwork::__private::returned::<
                                    Result<Reply, FetchError>,
                                >()
                            };
                        }
                        self.send(request).await
                    },
                ),
            )
            .await
    }
}
