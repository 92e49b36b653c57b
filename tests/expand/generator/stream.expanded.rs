fn pages(client: &Client) -> impl Stream<Item = Page> {
    weftwork::__private::direct(async move |__outlet| 'body: {
        if false {
            return;
        }
        let mut number = 1;
        while let Some(page) = client.page(number).await {
            {
                if false {
                    break 'body;
                }
                let __item = weftwork::__private::put_as(
                    weftwork::__private::accepts(&__outlet),
                    page,
                    &__outlet,
                );
                __item.await
            };
            number += 1;
        }
    })
}
