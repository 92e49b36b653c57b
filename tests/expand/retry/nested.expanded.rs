///
/// Policies, outermost first:
/// - `retry(within = patience, backoff = 1s..60s)`
/// - `retry(attempts = 3, when = |error| error.is_transient(), after = SendError::retry_after)`
async fn send(id: u64, patience: Duration) -> Result<Reply, SendError> {
    let look = <Result<Reply, SendError> as ::weftwork::__private::HasError>::LOOK;
    let call = ::weftwork::__private::call("send");
    let mut retry = ::weftwork::__private::retrying(
            "send",
            ::weftwork::__private::Retry::lasting(patience)
                .backoff(
                    ::weftwork::__private::Backoff::doubling(
                        ::weftwork::__private::Duration::from_secs(1),
                        ::weftwork::__private::Duration::from_secs(60),
                    ),
                ),
        )
        .proven(look);
    loop {
        let output = call
            .around(
                retry
                    .attempt(async {
                        if false {
                            return {
                                ::weftwork::__private::returned::<
                                    Result<Reply, SendError>,
                                >()
                            };
                        }
                        let mut retry = ::weftwork::__private::retrying(
                                "send",
                                &const { ::weftwork::__private::Retry::attempts(3) },
                            )
                            .proven(look);
                        loop {
                            let output = retry
                                .attempt(async {
                                    if false {
                                        return {
                                            ::weftwork::__private::returned::<
                                                Result<Reply, SendError>,
                                            >()
                                        };
                                    }
                                    post(id).await
                                })
                                .await;
                            match ::weftwork::__private::Retrying::next_with(
                                &mut retry,
                                output,
                                |error| error.is_transient(),
                                SendError::retry_after,
                            ) {
                                ::weftwork::__private::Next::Done(output) => break output,
                                ::weftwork::__private::Next::Again(pause) => {
                                    pause.over().await
                                }
                            }
                        }
                    }),
            )
            .await;
        match ::weftwork::__private::Retrying::next(&mut retry, output) {
            ::weftwork::__private::Next::Done(output) => break output,
            ::weftwork::__private::Next::Again(pause) => call.around(pause.over()).await,
        }
    }
}
