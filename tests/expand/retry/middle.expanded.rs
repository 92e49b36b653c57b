///
/// Policies, outermost first:
/// - `limit(16)`
/// - `retry(attempts = 4, clone(request))`
/// - `limit(100 / s, wait = 1s)`
async fn send(&mut self, request: Request) -> Result<Reply, SendError> {
    let from_refusal: fn(_) -> _ = <Result<
        Reply,
        SendError,
    > as ::weftwork::FromLimitExceeded>::from_limit_exceeded;
    let look = <Result<Reply, SendError> as ::weftwork::__private::HasError>::LOOK;
    let call = ::weftwork::__private::call("send");
    call.around(
            ::weftwork::__private::limit(
                {
                    static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::new(16);
                    &LIMITER
                },
                const { &::weftwork::__private::turn("send") },
                from_refusal,
                move || async move {
                    if false {
                        return {
                            ::weftwork::__private::returned::<Result<Reply, SendError>>()
                        };
                    }
                    let mut retry = ::weftwork::__private::retrying(
                            "send",
                            &const { ::weftwork::__private::Retry::attempts(4) },
                        )
                        .proven(look);
                    loop {
                        let output = {
                            let request = ::weftwork::__private::cloned(&request);
                            retry
                                .attempt(
                                    ::weftwork::__private::limit(
                                        {
                                            static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::rate(
                                                100,
                                                ::weftwork::__private::Duration::from_secs(1),
                                            );
                                            &LIMITER
                                        },
                                        const {
                                            &::weftwork::__private::turn("send")
                                                .wait(::weftwork::__private::Duration::from_secs(1))
                                        },
                                        from_refusal,
                                        || async {
                                            if false {
                                                ::weftwork::__private::moved((request,));
                                                return {
                                                    ::weftwork::__private::returned::<
                                                        Result<Reply, SendError>,
                                                    >()
                                                };
                                            }
                                            self.post(request).await
                                        },
                                    ),
                                )
                                .await
                        };
                        match ::weftwork::__private::Retrying::next(&mut retry, output) {
                            ::weftwork::__private::Next::Done(output) => break output,
                            ::weftwork::__private::Next::Again(pause) => {
                                pause.over().await
                            }
                        }
                    }
                },
            ),
        )
        .await
}
