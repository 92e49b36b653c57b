async fn quickest(mirrors: &[Url]) -> Option<Page> {
    match weftwork::__private::given(mirrors).items() {
        __items => {
            weftwork::__private::whole(
                "race!",
                async {
                    let mut __items = __items;
                    weftwork::__private::race_each(
                            weftwork::__private::each(|| {
                                let mut __child = weftwork::__private::None;
                                while weftwork::__private::Option::is_none(&__child) {
                                    let weftwork::__private::Some(__item) = weftwork::__private::Items::next(
                                        &mut __items,
                                    ) else { break };
                                    __child = weftwork::__private::Some(
                                        weftwork::__private::given({
                                                let mirror = __item;
                                                load(mirror)
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
