async fn process_all(url: Url) -> Result<(), Error> {
    {
        match weftwork::__private::pin!(
            weftwork::__private::async_iterable(pages(& client, url))
        ) {
            mut stream => {
                while let weftwork::__private::Some(item) = weftwork::__private::next(
                        &mut stream,
                    )
                    .await
                {
                    let page = item;
                    process(page).await?;
                }
            }
        };
    };
    Ok(())
}
