/// Fetches one page.
#[must_use]
#[cfg(unix)]
#[allow(clippy::unused_self)]
///
/// Policies, outermost first:
/// - `timeout(8s)`
/// - `limit(16)`
/// - `timeout(self.patience)`
pub async fn fetch(&self, url: &Url) -> Result<Option<Page>, FetchError> {
    let from_elapsed: fn(_) -> _ = <Result<
        Option<Page>,
        FetchError,
    > as ::weftwork::FromElapsed>::from_elapsed;
    let from_refusal: fn(_) -> _ = {
        use ::weftwork::__private::choose::*;
        (&&::weftwork::__private::answer::<Result<Option<Page>, FetchError>>()).refused()
    };
    let call = ::weftwork::__private::call("fetch");
    call.around(
            ::weftwork::__private::timeout(
                "fetch",
                ::weftwork::__private::Duration::from_secs(8),
                from_elapsed,
                ::weftwork::__private::limit(
                    {
                        static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::new(
                            16,
                        );
                        &LIMITER
                    },
                    const { &::weftwork::__private::turn("fetch") },
                    from_refusal,
                    move || ::weftwork::__private::timeout(
                        "fetch",
                        self.patience,
                        from_elapsed,
                        async move {
                            if false {
                                return {
                                    ::weftwork::__private::returned::<
                                        Result<Option<Page>, FetchError>,
                                    >()
                                };
                            }
                            match get(url).await? {
                                Reply::Gone => Ok(None),
                                Reply::Page(page) => Ok(Some(page)),
                            }
                        },
                    ),
                ),
            ),
        )
        .await
}
