async fn all(ids: Vec<Id>) -> Result<Vec<User>, Error> {
    match weftwork::__private::given(ids).items() {
        __items => {
            let __at_once = weftwork::__private::at_once(16);
            weftwork::__private::whole(
                "gather!",
                async {
                    let mut __items = __items;
                    let __extent = weftwork::__private::Items::extent(&__items);
                    weftwork::__private::try_gather_each(
                            __extent,
                            __at_once,
                            weftwork::__private::each(|| {
                                let __error = weftwork::__private::PhantomData;
                                let mut __child = weftwork::__private::None;
                                while weftwork::__private::Option::is_none(&__child) {
                                    let weftwork::__private::Some(__item) = weftwork::__private::Items::next(
                                        &mut __items,
                                    ) else { break };
                                    __child = weftwork::__private::Some(
                                        weftwork::__private::marked(
                                                {
                                                    let id = __item;
                                                    fetch_user(id)
                                                },
                                                __error,
                                            )
                                            .child(),
                                    );
                                }
                                weftwork::__private::fallible(
                                    weftwork::__private::Items::pulled(&__items, __child),
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
