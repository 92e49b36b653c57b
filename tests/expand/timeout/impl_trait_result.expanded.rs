///
/// Policies, outermost first:
/// - `timeout(5s)`
async fn lines(text: impl Read) -> Result<impl Iterator<Item = Line>, ParseError> {
    let from_elapsed: fn(_) -> _ = <Result<
        _,
        ParseError,
    > as ::weftwork::FromElapsed>::from_elapsed;
    let call = ::weftwork::__private::call("lines");
    call.around(
            ::weftwork::__private::timeout(
                "lines",
                ::weftwork::__private::Duration::from_secs(5),
                from_elapsed,
                async move {
                    if false {
                        return {
                            ::weftwork::__private::returned::<Result<_, ParseError>>()
                        };
                    }
                    Ok(split(text).await?.into_iter())
                },
            ),
        )
        .await
}
