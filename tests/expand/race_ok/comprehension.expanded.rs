async fn quickest(mirrors: &[Url]) -> Result<Page, RaceError<Error>> {
    match weftwork::__private::given(mirrors).items() {
        __items => {
            let __stagger = weftwork::__private::interval(
                weftwork::__private::Duration::from_millis(250),
            );
            weftwork::__private::whole(
                "race_ok!",
                async {
                    let mut __items = __items;
                    weftwork::__private::race_ok_staggered(
                            weftwork::__private::Items::extent(&__items),
                            __stagger,
                            weftwork::__private::each(|| {
                                let mut __child = weftwork::__private::None;
                                while weftwork::__private::Option::is_none(&__child) {
                                    let weftwork::__private::Some(__item) = weftwork::__private::Items::next(
                                        &mut __items,
                                    ) else { break };
                                    __child = weftwork::__private::Some(
                                        weftwork::__private::entrant(
                                                {
                                                    let mirror = __item;
                                                    load(mirror)
                                                },
                                                weftwork::__private::PhantomData::<
                                                    weftwork::__private::Result<_, _>,
                                                >,
                                            )
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
