async fn all(ids: Vec<Id>) -> Result<Vec<User>, Error> {
    {
        let items = weftwork::__private::items(ids);
        let at_once = weftwork::__private::at_once(16);
        async {
            let mut items = items;
            let mut gathering = weftwork::__private::gathering(
                weftwork::__private::Marked,
                at_once,
                items.at_least(),
            );
            loop {
                if let weftwork::__private::Err(error) = gathering.room().await {
                    return weftwork::__private::Err(error);
                }
                let weftwork::__private::Some(item) = items.next() else { break };
                let id = item;
                gathering.start({ fetch_user(id) });
            }
            gathering.finish().await
        }
    }
        .await
}
