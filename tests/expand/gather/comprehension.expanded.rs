async fn all(ids: Vec<Id>) -> Result<Vec<User>, Error> {
    {
        let __items = weftwork::__private::items(ids);
        let __at_once = weftwork::__private::at_once(16);
        weftwork::__private::collect(async {
            let mut __items = __items;
            let mut __gathering = weftwork::__private::gathering(
                weftwork::__private::Marked,
                __at_once,
                __items.at_least(),
            );
            loop {
                if let weftwork::__private::Err(__error) = __gathering.room().await {
                    return weftwork::__private::Err(__error);
                }
                let weftwork::__private::Some(__item) = __items.next() else { break };
                __gathering
                    .start({
                        let id = __item;
                        fetch_user(id)
                    });
            }
            __gathering.finish().await
        })
    }
        .await
}
