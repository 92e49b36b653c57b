///
/// Policies, outermost first:
/// - `fallback(FetchError::NotFound => Ok(None), FetchError::Timeout(after) if after > LONG => { warn(url); Ok(None) })`
/// - `timeout(8s)`
async fn fetch(&self, url: &Url, request: Request) -> Result<Option<Page>, FetchError> {
    let from_elapsed: fn(_) -> _ = <Result<
        Option<Page>,
        FetchError,
    > as ::weftwork::FromElapsed>::from_elapsed;
    let look = <Result<
        Option<Page>,
        FetchError,
    > as ::weftwork::__private::HasError>::LOOK;
    let call = ::weftwork::__private::call("fetch");
    match look
        .at(
            call
                .around(
                    ::weftwork::__private::timeout(
                        "fetch",
                        ::weftwork::__private::Duration::from_secs(8),
                        from_elapsed,
                        async {
                            if false {
                                ::weftwork::__private::moved((self, request));
                                return {
                                    ::weftwork::__private::returned::<
                                        Result<Option<Page>, FetchError>,
                                    >()
                                };
                            }
                            self.get(request).await
                        },
                    ),
                )
                .await,
        )
    {
        ::weftwork::__private::Ok(value) => look.back(::weftwork::__private::Ok(value)),
        ::weftwork::__private::Err(__error) => {
            match __error {
                FetchError::NotFound => {
                    ::weftwork::__private::fell_back("fetch");
                    Ok(None)
                }
                FetchError::Timeout(after) if after > LONG => {
                    ::weftwork::__private::fell_back("fetch");
                    warn(url);
                    Ok(None)
                }
                __error => look.back(::weftwork::__private::Err(__error)),
            }
        }
    }
}
