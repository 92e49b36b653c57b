///
/// Policies, outermost first:
/// - `retry(within = 10s, backoff = constant(100ms), budget = BUDGET)`
async fn send(id: u64) -> Result<Reply, Error> {
    let look = <Result<Reply, Error> as ::weftwork::__private::HasError>::LOOK;
    let call = ::weftwork::__private::call("send");
    let mut retry = ::weftwork::__private::retrying(
            "send",
            ::weftwork::__private::Retry::lasting(
                    ::weftwork::__private::Duration::from_secs(10),
                )
                .backoff(
                    ::weftwork::__private::Backoff::constant(
                        ::weftwork::__private::Duration::from_millis(100),
                    ),
                )
                .budget(&BUDGET),
        )
        .proven(look);
    loop {
        let output = call
            .around(
                retry
                    .attempt(async {
                        if false {
                            return {
                                ::weftwork::__private::returned::<Result<Reply, Error>>()
                            };
                        }
                        post(id).await
                    }),
            )
            .await;
        match ::weftwork::__private::Retrying::next(&mut retry, output) {
            ::weftwork::__private::Next::Done(output) => break output,
            ::weftwork::__private::Next::Again(pause) => call.around(pause.over()).await,
        }
    }
}
