trait Service {
    ///
    /// Policies, outermost first:
    /// - `timeout(5s)`
    fn fetch(&self) -> impl Future<Output = Result<Page, FetchError>> + Send {
        async {
            let from_elapsed: fn(_) -> _ = <Result<
                Page,
                FetchError,
            > as ::weftwork::FromElapsed>::from_elapsed;
            let call = ::weftwork::__private::call("fetch");
            call.around(
                    ::weftwork::__private::timeout(
                        "fetch",
                        ::weftwork::__private::Duration::from_secs(5),
                        from_elapsed,
                        async {
                            if false {
                                return {
                                    ::weftwork::__private::returned::<
                                        Result<Page, FetchError>,
                                    >()
                                };
                            }
                            self.get().await
                        },
                    ),
                )
                .await
        }
    }
}
