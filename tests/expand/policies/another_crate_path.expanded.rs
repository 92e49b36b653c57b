///
/// Policies, outermost first:
/// - `timeout(8s)`
/// - `limit(16)`
async fn fetch() -> Result<(), FetchError> {
    let from_elapsed: fn(_) -> _ = <Result<
        (),
        FetchError,
    > as woven::reexport::FromElapsed>::from_elapsed;
    let from_refusal: fn(_) -> _ = {
        use woven::reexport::__private::choose::*;
        (&&woven::reexport::__private::answer::<Result<(), FetchError>>()).refused()
    };
    let call = woven::reexport::__private::call("fetch");
    call.around(
            woven::reexport::__private::timeout(
                "fetch",
                woven::reexport::__private::Duration::from_secs(8),
                from_elapsed,
                woven::reexport::__private::limit(
                    {
                        static LIMITER: woven::reexport::Limiter = woven::reexport::Limiter::new(
                            16,
                        );
                        &LIMITER
                    },
                    const { &woven::reexport::__private::turn("fetch") },
                    from_refusal,
                    move || async move {
                        if false {
                            return {
                                woven::reexport::__private::returned::<
                                    Result<(), FetchError>,
                                >()
                            };
                        }
                        get().await
                    },
                ),
            ),
        )
        .await
}
