fn all(urls: impl Stream<Item = Url>) -> impl Stream<Item = Page> {
    match weftwork::__private::source(weftwork::__private::async_iterable(urls)) {
        __items => {
            let __at_once = weftwork::__private::at_once(8);
            let __tasks = weftwork::__private::tasks();
            weftwork::__private::as_completed(async |__outlet| {
                let __items = weftwork::__private::pin!(__items);
                let mut __items = weftwork::__private::awaited(__items);
                let __tasks = __tasks;
                weftwork::__private::supervised(
                        weftwork::__private::deliver(
                            weftwork::__private::completing(
                                __at_once,
                                weftwork::__private::each_awaited(|__cx| {
                                    let mut __child = weftwork::__private::None;
                                    while weftwork::__private::Option::is_none(&__child) {
                                        let weftwork::__private::Some(__item) = weftwork::__private::Awaited::next(
                                            &mut __items,
                                            __cx,
                                        ) else { break };
                                        __child = weftwork::__private::Some(
                                            weftwork::__private::given(
                                                    weftwork::__private::given({
                                                            let url = __item;
                                                            get(url)
                                                        })
                                                        .child(),
                                                )
                                                .running(&__tasks),
                                        );
                                    }
                                    weftwork::__private::Awaited::pulled(&__items, __child)
                                }),
                            ),
                            __outlet,
                        ),
                        &__tasks,
                    )
                    .await;
            })
        }
    }
}
