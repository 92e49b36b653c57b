async fn process_all(url: Url) -> Result<(), Error> {
    {
        match weftwork::__private::pin!(
            weftwork::__private::async_iterable(pages(& client, url))
        ) {
            mut __stream => {
                while let weftwork::__private::Some(__item) = weftwork::__private::next(
                        &mut __stream,
                    )
                    .await
                {
                    let page = __item;
                    process(page).await?;
                }
            }
        };
    };
    Ok(())
}
