///
/// Policies, outermost first:
/// - `retry(attempts = 4, clone(name))`
/// - `limit(5, key = self.tenant)`
fn serve<'life0, 'async_trait>(
    &'life0 mut self,
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
        let mut __self = self;
        let name = name;
        let __ret: Result<usize, Failed> = {
            let from_refusal: fn(_) -> _ = {
                use ::weftwork::__private::choose::*;
                (&&::weftwork::__private::answer::<Result<usize, Failed>>()).refused()
            };
            let look = <Result<usize, Failed> as ::weftwork::__private::HasError>::LOOK;
            let call = ::weftwork::__private::call("serve");
            let mut retry = ::weftwork::__private::retrying(
                    "serve",
                    &const { ::weftwork::__private::Retry::attempts(4) },
                )
                .proven(look);
            loop {
                let output = {
                    let name = ::weftwork::__private::cloned(&name);
                    call.around(
                            retry
                                .attempt(
                                    ::weftwork::__private::limit(
                                        {
                                            static LIMITER: ::weftwork::__private::KeyedLimiters = ::weftwork::__private::KeyedLimiters::new(
                                                ::weftwork::Limiter::new(5),
                                            );
                                            use ::weftwork::__private::choose::*;
                                            let gate = match &__self.tenant {
                                                __key_1 => {
                                                    ::weftwork::__private::keyed(
                                                        &LIMITER,
                                                        (&&::weftwork::__private::Probe(__key_1)).form(),
                                                    )
                                                }
                                            };
                                            gate
                                        },
                                        const { &::weftwork::__private::turn("serve") },
                                        from_refusal,
                                        || async {
                                            if false {
                                                ::weftwork::__private::moved((name,));
                                                return {
                                                    ::weftwork::__private::returned::<Result<usize, Failed>>()
                                                };
                                            }
                                            __self.calls += 1;
                                            __self.post(name).await
                                        },
                                    ),
                                ),
                        )
                        .await
                };
                match ::weftwork::__private::Retrying::next(&mut retry, output) {
                    ::weftwork::__private::Next::Done(output) => break output,
                    ::weftwork::__private::Next::Again(pause) => {
                        call.around(pause.over()).await
                    }
                }
            }
        };
        #[allow(unreachable_code)] __ret
    })
}
