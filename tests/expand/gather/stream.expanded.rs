async fn all(urls: impl Stream<Item = Url>) -> Result<Vec<Page>, Error> {
    match weftwork::__private::source(weftwork::__private::async_iterable(urls)) {
        __items => {
            let __at_once = weftwork::__private::at_once(8);
            weftwork::__private::whole(
                "gather!",
                async {
                    let __items = weftwork::__private::pin!(__items);
                    let mut __items = weftwork::__private::awaited(__items);
                    let __extent = weftwork::__private::Awaited::extent(&__items);
                    weftwork::__private::try_gather_each(
                            __extent,
                            __at_once,
                            weftwork::__private::each_awaited(|__cx| {
                                let __error = weftwork::__private::PhantomData;
                                let mut __child = weftwork::__private::None;
                                while weftwork::__private::Option::is_none(&__child) {
                                    let weftwork::__private::Some(__item) = weftwork::__private::Awaited::next(
                                        &mut __items,
                                        __cx,
                                    ) else { break };
                                    __child = weftwork::__private::Some(
                                        weftwork::__private::marked(
                                                {
                                                    let url = __item;
                                                    get(url)
                                                },
                                                __error,
                                            )
                                            .child(),
                                    );
                                }
                                weftwork::__private::fallible(
                                    weftwork::__private::Awaited::pulled(&__items, __child),
                                    __error,
                                )
                            }),
                        )
                        .await
                },
            )
        }
    }
        .await
}
