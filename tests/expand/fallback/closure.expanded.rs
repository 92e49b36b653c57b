///
/// Policies, outermost first:
/// - `timeout(8s)`
/// - `fallback(|error| cached(id).ok_or(error))`
async fn fetch(id: u64, request: Request) -> Result<Page, FetchError> {
    let from_elapsed: fn(_) -> _ = <Result<
        Page,
        FetchError,
    > as ::weftwork::FromElapsed>::from_elapsed;
    let look = <Result<Page, FetchError> as ::weftwork::__private::HasError>::LOOK;
    let call = ::weftwork::__private::call("fetch");
    call.around(
            ::weftwork::__private::timeout(
                "fetch",
                ::weftwork::__private::Duration::from_secs(8),
                from_elapsed,
                async {
                    if false {
                        return {
                            ::weftwork::__private::returned::<Result<Page, FetchError>>()
                        };
                    }
                    match look
                        .at(
                            async {
                                if false {
                                    ::weftwork::__private::moved((request,));
                                    return {
                                        ::weftwork::__private::returned::<
                                            Result<Page, FetchError>,
                                        >()
                                    };
                                }
                                get(id, request).await
                            }
                                .await,
                        )
                    {
                        ::weftwork::__private::Ok(value) => {
                            look.back(::weftwork::__private::Ok(value))
                        }
                        ::weftwork::__private::Err(__error) => {
                            ::weftwork::__private::fall_back::<
                                _,
                                Result<Page, FetchError>,
                            >("fetch", __error, |error| cached(id).ok_or(error))
                        }
                    }
                },
            ),
        )
        .await
}
