async fn all(futures: Vec<Fetch>) -> Vec<Page> {
    match weftwork::__private::given(futures).items() {
        __items => {
            let __at_once = weftwork::__private::AtOnce::ALL;
            weftwork::__private::whole(
                "gather!",
                async {
                    let mut __items = __items;
                    let __extent = weftwork::__private::Items::extent(&__items);
                    weftwork::__private::gather_each(
                            __extent,
                            __at_once,
                            weftwork::__private::each(|| {
                                let mut __child = weftwork::__private::None;
                                while weftwork::__private::Option::is_none(&__child) {
                                    let weftwork::__private::Some(__item) = weftwork::__private::Items::next(
                                        &mut __items,
                                    ) else { break };
                                    __child = weftwork::__private::Some(
                                        weftwork::__private::given({
                                                let __future = __item;
                                                __future
                                            })
                                            .child(),
                                    );
                                }
                                weftwork::__private::Items::pulled(&__items, __child)
                            }),
                        )
                        .await
                },
            )
        }
    }
        .await
}
