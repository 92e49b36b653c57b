#[inline]
#[tokio::test(start_paused = true)]
///
/// Policies, outermost first:
/// - `timeout(8s)`
/// - `limit(1)`
async fn answers() -> Result<(), Error> {
    let from_elapsed: fn(_) -> _ = <Result<
        (),
        Error,
    > as ::weftwork::FromElapsed>::from_elapsed;
    let from_refusal: fn(_) -> _ = {
        use ::weftwork::__private::choose::*;
        (&&::weftwork::__private::answer::<Result<(), Error>>()).refused()
    };
    let call = ::weftwork::__private::call("answers");
    call.around(
            ::weftwork::__private::timeout(
                "answers",
                ::weftwork::__private::Duration::from_secs(8),
                from_elapsed,
                ::weftwork::__private::limit(
                    {
                        static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::new(
                            1,
                        );
                        &LIMITER
                    },
                    const { &::weftwork::__private::turn("answers") },
                    from_refusal,
                    move || async move {
                        if false {
                            return {
                                ::weftwork::__private::returned::<Result<(), Error>>()
                            };
                        }
                        assert!(ask());
                        Ok(())
                    },
                ),
            ),
        )
        .await
}
