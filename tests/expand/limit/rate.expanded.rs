///
/// Policies, outermost first:
/// - `limit(100 / s)`
async fn ask(question: &str) -> Answer {
    let from_refusal: fn(_) -> _ = {
        use ::weftwork::__private::choose::*;
        (&&::weftwork::__private::answer::<Answer>()).refused()
    };
    let call = ::weftwork::__private::call("ask");
    call.around(
            ::weftwork::__private::limit(
                {
                    static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::rate(
                        100,
                        ::weftwork::__private::Duration::from_secs(1),
                    );
                    &LIMITER
                },
                const { &::weftwork::__private::turn("ask") },
                from_refusal,
                move || async move {
                    if false {
                        return { ::weftwork::__private::returned::<Answer>() };
                    }
                    get(question).await
                },
            ),
        )
        .await
}
///
/// Policies, outermost first:
/// - `limit("10/min", burst = BURST, wait = patience)`
async fn mail(to: &Address, patience: Duration) -> Result<(), MailError> {
    let from_refusal: fn(_) -> _ = <Result<
        (),
        MailError,
    > as ::weftwork::FromLimitExceeded>::from_limit_exceeded;
    let call = ::weftwork::__private::call("mail");
    call.around(
            ::weftwork::__private::limit(
                {
                    static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::rate(
                            10,
                            ::weftwork::__private::Duration::from_secs(60),
                        )
                        .burst(BURST);
                    &LIMITER
                },
                ::weftwork::__private::turn("mail").wait(patience),
                from_refusal,
                move || async move {
                    if false {
                        return {
                            ::weftwork::__private::returned::<Result<(), MailError>>()
                        };
                    }
                    send(to).await
                },
            ),
        )
        .await
}
