async fn first(ids: Vec<Id>) -> Option<User> {
    {
        let __items = weftwork::__private::items(ids);
        let __at_once = weftwork::__private::at_once(8);
        weftwork::__private::direct(async |__outlet| {
            let mut __items = __items;
            let mut __completing = weftwork::__private::completing(__at_once);
            loop {
                while let weftwork::__private::Some(__output) = __completing
                    .overflow()
                    .await
                {
                    weftwork::__private::put(__output, &__outlet).await;
                }
                let weftwork::__private::Some(__item) = __items.next() else { break };
                __completing
                    .start({
                        let id = __item;
                        fetch_user(id)
                    });
            }
            while let weftwork::__private::Some(__output) = __completing.output().await {
                weftwork::__private::put(__output, &__outlet).await;
            }
        })
    }
        .next()
        .await
}
