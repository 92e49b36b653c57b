/// Fetches one page.
///
/// Policies, outermost first:
/// - `fallback(FetchError::NotFound => Ok(None))`
/// - `timeout(8s)`
/// - `retry(attempts = 4, backoff = 50ms..2s, jitter, when = FetchError::is_transient)`
/// - `limit(16, key = url.host_str(), max_waiting = 64, wait = 500ms)`
/// - `timeout(2s)`
async fn fetch(&self, url: &Url) -> Result<Option<Page>, FetchError> {
    let from_elapsed: fn(_) -> _ = <Result<
        Option<Page>,
        FetchError,
    > as ::weftwork::FromElapsed>::from_elapsed;
    let from_refusal: fn(_) -> _ = <Result<
        Option<Page>,
        FetchError,
    > as ::weftwork::FromLimitExceeded>::from_limit_exceeded;
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
                        async move {
                            if false {
                                return {
                                    ::weftwork::__private::returned::<
                                        Result<Option<Page>, FetchError>,
                                    >()
                                };
                            }
                            let mut retry = ::weftwork::__private::retrying(
                                    "fetch",
                                    &const {
                                        ::weftwork::__private::Retry::attempts(4)
                                            .backoff(
                                                ::weftwork::__private::Backoff::doubling(
                                                    ::weftwork::__private::Duration::from_millis(50),
                                                    ::weftwork::__private::Duration::from_secs(2),
                                                ),
                                            )
                                            .jitter()
                                    },
                                )
                                .proven(look);
                            loop {
                                let output = retry
                                    .attempt(
                                        ::weftwork::__private::limit(
                                            {
                                                static LIMITER: ::weftwork::__private::KeyedLimiters = ::weftwork::__private::KeyedLimiters::new(
                                                    ::weftwork::Limiter::new(16),
                                                );
                                                use ::weftwork::__private::choose::*;
                                                let gate = match &url.host_str() {
                                                    __key_1 => {
                                                        ::weftwork::__private::keyed(
                                                            &LIMITER,
                                                            (&&::weftwork::__private::Probe(__key_1)).form(),
                                                        )
                                                    }
                                                };
                                                gate
                                            },
                                            const {
                                                &::weftwork::__private::turn("fetch")
                                                    .max_waiting(64)
                                                    .wait(::weftwork::__private::Duration::from_millis(500))
                                            },
                                            from_refusal,
                                            || ::weftwork::__private::timeout(
                                                "fetch",
                                                ::weftwork::__private::Duration::from_secs(2),
                                                from_elapsed,
                                                async {
                                                    if false {
                                                        return {
                                                            ::weftwork::__private::returned::<
                                                                Result<Option<Page>, FetchError>,
                                                            >()
                                                        };
                                                    }
                                                    self.get(url).await
                                                },
                                            ),
                                        ),
                                    )
                                    .await;
                                match ::weftwork::__private::Retrying::next_when(
                                    &mut retry,
                                    output,
                                    FetchError::is_transient,
                                ) {
                                    ::weftwork::__private::Next::Done(output) => break output,
                                    ::weftwork::__private::Next::Again(pause) => {
                                        pause.over().await
                                    }
                                }
                            }
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
                __error => look.back(::weftwork::__private::Err(__error)),
            }
        }
    }
}
