async fn first(ids: Vec<Id>) -> Option<User> {
    {
        let __items = weftwork::__private::given(ids).items();
        let __at_once = weftwork::__private::at_once(8);
        weftwork::__private::direct(async |__outlet| {
            let mut __items = __items;
            let mut __completing = weftwork::__private::completing(__at_once);
            loop {
                while let weftwork::__private::Some(__output) = weftwork::__private::Completing::overflow(
                        &mut __completing,
                    )
                    .await
                {
                    weftwork::__private::put(__output, &__outlet).await;
                }
                let weftwork::__private::Some(__item) = weftwork::__private::Items::next(
                    &mut __items,
                ) else { break };
                weftwork::__private::Completing::start(
                    &mut __completing,
                    weftwork::__private::given({
                            let id = __item;
                            fetch_user(id)
                        })
                        .child(),
                );
            }
            while let weftwork::__private::Some(__output) = weftwork::__private::Completing::output(
                    &mut __completing,
                )
                .await
            {
                weftwork::__private::put(__output, &__outlet).await;
            }
        })
    }
        .next()
        .await
}
