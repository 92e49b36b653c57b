async fn all(ids: Vec<Id>, bar: ProgressBar) -> Result<Vec<User>, AppError> {
    match weftwork::__private::given(ids).items() {
        __items => {
            let __at_once = weftwork::__private::AtOnce::ALL;
            let __tasks = weftwork::__private::tasks();
            let __progress = weftwork::__private::given(bar).progress();
            weftwork::__private::whole(
                "gather!",
                async {
                    let mut __items = __items;
                    let __tasks = __tasks;
                    let __extent = weftwork::__private::Items::extent(&__items);
                    weftwork::__private::supervised(
                            weftwork::__private::watched(
                                weftwork::__private::try_gather_each(
                                    __extent,
                                    __at_once,
                                    weftwork::__private::each(|| {
                                        let __error = weftwork::__private::PhantomData::<AppError>;
                                        let mut __child = weftwork::__private::None;
                                        while weftwork::__private::Option::is_none(&__child) {
                                            let weftwork::__private::Some(__item) = weftwork::__private::Items::next(
                                                &mut __items,
                                            ) else { break };
                                            __child = weftwork::__private::Some(
                                                weftwork::__private::given(
                                                        weftwork::__private::converted(
                                                                {
                                                                    let id = __item;
                                                                    fetch_user(id)
                                                                },
                                                                __error,
                                                            )
                                                            .child(),
                                                    )
                                                    .failing_running(&__tasks),
                                            );
                                        }
                                        weftwork::__private::fallible(
                                            weftwork::__private::Items::pulled(&__items, __child),
                                            __error,
                                        )
                                    }),
                                ),
                                __progress,
                                __extent,
                            ),
                            &__tasks,
                        )
                        .await
                },
            )
        }
    }
        .await
}
