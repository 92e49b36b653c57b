async fn process_all(url: Url) -> Result<(), Error> {
    {
        match weftwork::__private::pin!(
            weftwork::__private::looped(weftwork::__private::async_iterable(pages(&
            client, url)))
        ) {
            mut __stream => {
                use weftwork::__private::closing::*;
                while let weftwork::__private::Some(__item) = weftwork::__private::next(
                        &mut __stream,
                    )
                    .await
                {
                    let page = __item;
                    process(page).await.__or_close(&mut __stream).await?;
                }
                weftwork::__private::close(&mut __stream).await;
            }
        };
    };
    Ok(())
}
