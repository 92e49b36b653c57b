///
/// Policies, outermost first:
/// - `timeout(8s)`
/// - `limit(16)`
async fn fetch() -> Result<(), FetchError> {
    let from_elapsed: fn(_) -> _ = <Result<
        (),
        FetchError,
    > as woven::reexport::FromElapsed>::from_elapsed;
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
        )
        .await
}
