async fn find(url: Url, name: &str) -> Result<Option<Page>, Error> {
    {
        match weftwork::__private::pin!(
            weftwork::__private::looped(weftwork::__private::async_iterable(pages(&
            client, url)))
        ) {
            mut __stream => {
                let mut __left_1 = weftwork::__private::None;
                let mut __returned = weftwork::__private::None;
                if false {
                    if let weftwork::__private::Some(__value) = __returned {
                        return __value;
                    }
                }
                '__exit: {
                    'pages: while let weftwork::__private::Some(__item) = weftwork::__private::next(
                            &mut __stream,
                        )
                        .await
                    {
                        let page = __item;
                        let page = weftwork::__private::go(
                            match weftwork::__private::split(page) {
                                weftwork::__private::Ok(__value) => __value,
                                weftwork::__private::Err(__gone) => {
                                    __left_1 = weftwork::__private::Some(__gone);
                                    break '__exit;
                                }
                            },
                        );
                        if page.is_last() {
                            break;
                        }
                        for link in page.links() {
                            if link.is_external() {
                                continue 'pages;
                            }
                            if link.name() == name {
                                {
                                    __returned = weftwork::__private::Some(Ok(Some(page)));
                                    break '__exit;
                                };
                            }
                        }
                    }
                }
                weftwork::__private::close(&mut __stream).await;
                if let weftwork::__private::Some(__gone) = __left_1 {
                    match __gone? {}
                }
                if let weftwork::__private::Some(__value) = __returned {
                    return __value;
                }
            }
        };
    };
    Ok(None)
}
