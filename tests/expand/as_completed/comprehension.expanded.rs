async fn first(ids: Vec<Id>) -> Option<User> {
    match weftwork::__private::given(ids).items() {
        __items => {
            let __at_once = weftwork::__private::at_once(8);
            weftwork::__private::as_completed(async |__outlet| {
                let mut __items = __items;
                weftwork::__private::deliver(
                        weftwork::__private::completing(
                            __at_once,
                            weftwork::__private::each(|| {
                                let mut __child = weftwork::__private::None;
                                while weftwork::__private::Option::is_none(&__child) {
                                    let weftwork::__private::Some(__item) = weftwork::__private::Items::next(
                                        &mut __items,
                                    ) else { break };
                                    __child = weftwork::__private::Some(
                                        weftwork::__private::given({
                                                let id = __item;
                                                fetch_user(id)
                                            })
                                            .child(),
                                    );
                                }
                                weftwork::__private::Items::pulled(&__items, __child)
                            }),
                        ),
                        __outlet,
                    )
                    .await;
            })
        }
    }
        .next()
        .await
}
