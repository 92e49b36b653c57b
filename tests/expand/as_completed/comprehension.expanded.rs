async fn first(ids: Vec<Id>) -> Option<User> {
    {
        let items = weftwork::__private::items(ids);
        let at_once = weftwork::__private::at_once(8);
        weftwork::__private::direct(async |outlet| {
            let mut items = items;
            let mut completing = weftwork::__private::completing(at_once);
            loop {
                while let weftwork::__private::Some(output) = completing.overflow().await
                {
                    weftwork::__private::put(output, &outlet).await;
                }
                let weftwork::__private::Some(item) = items.next() else { break };
                let id = item;
                completing.start({ fetch_user(id) });
            }
            while let weftwork::__private::Some(output) = completing.output().await {
                weftwork::__private::put(output, &outlet).await;
            }
        })
    }
        .next()
        .await
}
