///
/// Policies, outermost first:
/// - `timeout(250ms)`
/// - `timeout("1.5s")`
/// - `timeout(2min)`
/// - `timeout(7ns)`
/// - `timeout(secs(5))`
async fn fetch() -> io::Result<()> {
    let from_elapsed: fn(_) -> _ = <io::Result<
        (),
    > as ::weftwork::FromElapsed>::from_elapsed;
    let call = ::weftwork::__private::call("fetch");
    call.around(
            ::weftwork::__private::timeout(
                "fetch",
                ::weftwork::__private::Duration::from_millis(250),
                from_elapsed,
                ::weftwork::__private::timeout(
                    "fetch",
                    ::weftwork::__private::Duration::from_millis(1500),
                    from_elapsed,
                    ::weftwork::__private::timeout(
                        "fetch",
                        ::weftwork::__private::Duration::from_secs(120),
                        from_elapsed,
                        ::weftwork::__private::timeout(
                            "fetch",
                            ::weftwork::__private::Duration::new(0, 7),
                            from_elapsed,
                            ::weftwork::__private::timeout(
                                "fetch",
                                {
                                    let value: ::weftwork::__private::Duration = secs(5);
                                    value
                                },
                                from_elapsed,
                                async move {
                                    if false {
                                        return {
                                            ::weftwork::__private::returned::<io::Result<()>>()
                                        };
                                    }
                                    get().await
                                },
                            ),
                        ),
                    ),
                ),
            ),
        )
        .await
}
