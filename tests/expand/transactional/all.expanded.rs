///
/// Policies, outermost first:
/// - `timeout(1min)`
/// - `transactional(tx = self.pool, isolation = repeatable_read, retry = 3, timeout = 2s, rollback_if = |reply: &Reply| reply.is_refused(), commit_on(ShopError::Warning(_)), propagation = requires_new, clone(order))`
/// - `limit(4)`
async fn order(&self, order: Order) -> Result<Reply, ShopError> {
    let from_elapsed: fn(_) -> _ = <Result<
        Reply,
        ShopError,
    > as ::weftwork::FromElapsed>::from_elapsed;
    let from_refusal: fn(_) -> _ = {
        use ::weftwork::__private::choose::*;
        (&&::weftwork::__private::answer::<Result<Reply, ShopError>>()).refused()
    };
    let ending = <Result<Reply, ShopError> as ::weftwork::FromTxError>::ending()
        .telling({
            use ::weftwork::__private::choose::*;
            (&&::weftwork::__private::in_words::<Result<Reply, ShopError>>()).by()
        });
    let call = ::weftwork::__private::call("order");
    call.around(
            ::weftwork::__private::timeout(
                "order",
                ::weftwork::__private::Duration::from_secs(60),
                from_elapsed,
                async move {
                    let mut transaction = {
                        let source = &self.pool;
                        ::weftwork::__private::transaction("order", source)
                            .with(const {
                                ::weftwork::__private::TxOptions::new()
                                    .isolation(::weftwork::__private::Isolation::RepeatableRead)
                                    .propagation(
                                        ::weftwork::__private::Propagation::RequiresNew,
                                    )
                                    .timeout(::weftwork::__private::Duration::from_secs(2))
                                    .attempts(3)
                            })
                    };
                    loop {
                        let mut scope = match (&mut transaction).open().await {
                            ::weftwork::__private::Ok(scope) => scope,
                            ::weftwork::__private::Err(error) => {
                                return ending.failed(error);
                            }
                        };
                        let mut tx = ::weftwork::__private::lend(&mut scope.tx);
                        let _ = &mut tx;
                        let order = ::weftwork::__private::cloned(&order);
                        let result = match scope
                            .body
                            .run_in_time(
                                ::weftwork::__private::limit(
                                    {
                                        static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::new(
                                            4,
                                        );
                                        &LIMITER
                                    },
                                    const { &::weftwork::__private::turn("order") },
                                    from_refusal,
                                    || async {
                                        if false {
                                            ::weftwork::__private::moved((order,));
                                            return {
                                                ::weftwork::__private::returned::<
                                                    Result<Reply, ShopError>,
                                                >()
                                            };
                                        }
                                        place(&mut tx, order).await
                                    },
                                ),
                            )
                            .await
                        {
                            ::weftwork::__private::Ok(result) => result,
                            ::weftwork::__private::Err(error) => {
                                return scope.expire(ending, error).await;
                            }
                        };
                        let commits = match &result {
                            ::weftwork::__private::Ok(__value) => {
                                !::weftwork::__private::holds(
                                    __value,
                                    |reply: &Reply| reply.is_refused(),
                                )
                            }
                            ::weftwork::__private::Err(__error) => {
                                match __error {
                                    ShopError::Warning(_) => true,
                                    #[allow(unreachable_patterns)]
                                    _ => false,
                                }
                            }
                        };
                        match scope.end_as_or_again(commits, ending, result).await {
                            ::weftwork::__private::Next::Done(result) => break result,
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
