fn pages(client: &Client) -> impl Stream<Item = Page> {
    weftwork::generator!(async move {
        let mut number = 1;
        while let Some(page) = client.page(number).await {
            yield page;
            number += 1;
        }
    })
}
