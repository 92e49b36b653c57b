///
/// Policies, outermost first:
/// - `timeout(5s)`
fn fetch<'a>(
    url: &'a str,
) -> Pin<Box<dyn Future<Output = Result<Page, FetchError>> + Send + 'a>> {
    let started = Instant::now();
    Box::pin(async move {
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
                    async move {
                        if false {
                            return {
                                ::weftwork::__private::returned::<
                                    Result<Page, FetchError>,
                                >()
                            };
                        }
                        let page = get(url).await?;
                        Ok(page.after(started.elapsed()))
                    },
                ),
            )
            .await
    })
}
///
/// Policies, outermost first:
/// - `timeout(5s)`
fn by_alias(url: &str) -> BoxFuture<'_, Result<Page, FetchError>> {
    async {
        let from_elapsed: fn(_) -> _ = <<BoxFuture<
            '_,
            Result<Page, FetchError>,
        > as ::weftwork::__private::Future>::Output as ::weftwork::FromElapsed>::from_elapsed;
        let call = ::weftwork::__private::call("by_alias");
        call.around(
                ::weftwork::__private::timeout(
                    "by_alias",
                    ::weftwork::__private::Duration::from_secs(5),
                    from_elapsed,
                    async {
                        if false {
                            return {
                                ::weftwork::__private::returned::<
                                    <BoxFuture<
                                        '_,
                                        Result<Page, FetchError>,
                                    > as ::weftwork::__private::Future>::Output,
                                >()
                            };
                        }
                        get(url).await
                    },
                ),
            )
            .await
    }
        .boxed()
}
