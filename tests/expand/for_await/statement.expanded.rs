async fn process_all(url: Url) -> Result<(), Error> {
    {
        match weftwork::__private::pin!(
            weftwork::__private::looped(weftwork::__private::async_iterable(pages(&
            client, url)))
        ) {
            mut __stream => {
                let mut __left_1 = weftwork::__private::None;
                '__exit: {
                    while let weftwork::__private::Some(__item) = weftwork::__private::next(
                            &mut __stream,
                        )
                        .await
                    {
                        let page = __item;
                        weftwork::__private::go(
                            match weftwork::__private::split(process(page).await) {
                                weftwork::__private::Ok(__value) => __value,
                                weftwork::__private::Err(__gone) => {
                                    __left_1 = weftwork::__private::Some(__gone);
                                    break '__exit;
                                }
                            },
                        );
                    }
                }
                weftwork::__private::close(&mut __stream).await;
                if let weftwork::__private::Some(__gone) = __left_1 {
                    match __gone? {}
                }
            }
        };
    };
    Ok(())
}
