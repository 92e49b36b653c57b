async fn find(url: Url, name: &str) -> Result<Option<Page>, Error> {
    {
        match weftwork::__private::pin!(
            weftwork::__private::looped(weftwork::__private::async_iterable(pages(&
            client, url)))
        ) {
            mut __stream => {
                use weftwork::__private::closing::*;
                'pages: while let weftwork::__private::Some(__item) = weftwork::__private::next(
                        &mut __stream,
                    )
                    .await
                {
                    let page = __item;
                    let page = page.__or_close(&mut __stream).await?;
                    if page.is_last() {
                        break;
                    }
                    for link in page.links() {
                        if link.is_external() {
                            continue 'pages;
                        }
                        if link.name() == name {
                            {
                                weftwork::__private::close(&mut __stream).await;
                                return Ok(Some(page));
                            };
                        }
                    }
                }
                weftwork::__private::close(&mut __stream).await;
            }
        };
    };
    Ok(None)
}
