///
/// Policies, outermost first:
/// - `transactional(tx = self.pool, retry = 4, clone(name))`
fn serve<'life0, 'async_trait>(
    &'life0 self,
    name: String,
) -> ::core::pin::Pin<
    Box<
        dyn ::core::future::Future<
            Output = Result<usize, Failed>,
        > + ::core::marker::Send + 'async_trait,
    >,
>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<
            Result<usize, Failed>,
        > {
            #[allow(unreachable_code)] return __ret;
        }
        let __self = self;
        let name = name;
        let __ret: Result<usize, Failed> = {
            let ending = <Result<usize, Failed> as ::weftwork::FromTxError>::ending()
                .telling({
                    use ::weftwork::__private::choose::*;
                    (&&::weftwork::__private::in_words::<Result<usize, Failed>>()).by()
                });
            let call = ::weftwork::__private::call("serve");
            call.around(async move {
                    let mut transaction = {
                        let source = &__self.pool;
                        ::weftwork::__private::transaction("serve", source)
                            .with(const {
                                ::weftwork::__private::TxOptions::new().attempts(4)
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
                        let name = ::weftwork::__private::cloned(&name);
                        let result = scope
                            .body
                            .run(async {
                                if false {
                                    ::weftwork::__private::moved((name,));
                                    return {
                                        ::weftwork::__private::returned::<Result<usize, Failed>>()
                                    };
                                }
                                post(&mut tx, name).await
                            })
                            .await;
                        match scope.end_or_again(ending, result).await {
                            ::weftwork::__private::Next::Done(result) => break result,
                            ::weftwork::__private::Next::Again(pause) => {
                                pause.over().await
                            }
                        }
                    }
                })
                .await
        };
        #[allow(unreachable_code)] __ret
    })
}
