async fn all(ids: Vec<Id>) -> Result<Vec<User>, Error> {
    {
        let __items = weftwork::__private::given(ids).items();
        let __at_once = weftwork::__private::at_once(16);
        weftwork::__private::collect(async {
            let mut __items = __items;
            let mut __gathering = weftwork::__private::gathering(
                weftwork::__private::Marked,
                __at_once,
                weftwork::__private::Items::at_least(&__items),
            );
            loop {
                if let weftwork::__private::Err(__error) = weftwork::__private::Gathering::room(
                        &mut __gathering,
                    )
                    .await
                {
                    return weftwork::__private::Err(__error);
                }
                let weftwork::__private::Some(__item) = weftwork::__private::Items::next(
                    &mut __items,
                ) else { break };
                weftwork::__private::Gathering::start(
                    &mut __gathering,
                    weftwork::__private::marked(
                            {
                                let id = __item;
                                fetch_user(id)
                            },
                            weftwork::__private::PhantomData,
                        )
                        .child(),
                );
            }
            weftwork::__private::Gathering::finish(__gathering).await
        })
    }
        .await
}
