fn parsed(lines: impl Stream<Item = String>) -> impl Stream<Item = Result<u32, Error>> {
    weftwork::__private::try_direct::<
        <Result<u32, Error> as weftwork::__private::Fallible>::Ok,
        <Result<u32, Error> as weftwork::__private::Fallible>::Err,
        _,
    >(async move |mut __outlet| {
        if true {
            'body: {
                let _ = (&lines,);
                if false {
                    return weftwork::__private::returned::<
                        weftwork::__private::Result<
                            (),
                            <Result<u32, Error> as weftwork::__private::Fallible>::Err,
                        >,
                    >();
                }
                {
                    match weftwork::__private::pin!(
                        weftwork::__private::looped(weftwork::__private::async_iterable(lines))
                    ) {
                        mut __stream => {
                            while let weftwork::__private::Some(__item) = weftwork::__private::next(
                                    &mut __stream,
                                )
                                .await
                            {
                                let line = __item;
                                match line.parse() {
                                    Ok(number) => {
                                        if false {
                                            break 'body;
                                        }
                                        let __item = weftwork::__private::put_ok(
                                            weftwork::__private::accepts(&__outlet),
                                            number,
                                            &__outlet,
                                        );
                                        __item.await
                                    }
                                    Err(error) => {
                                        if false {
                                            break 'body;
                                        }
                                        let __item = weftwork::__private::put_err(
                                            weftwork::__private::accepts(&__outlet),
                                            error.into(),
                                            &__outlet,
                                        );
                                        __item.await
                                    }
                                }
                            }
                            weftwork::__private::close(&mut __stream).await;
                        }
                    };
                }
                {
                    if false {
                        break 'body;
                    }
                    weftwork::__private::put_all_ok(
                            weftwork::__private::accepts(&__outlet),
                            more(),
                            &mut __outlet,
                        )
                        .await?;
                };
            }
        }
        weftwork::__private::Ok(())
    })
}
fn numbers(text: &str) -> impl Iterator<Item = Result<u32, ParseIntError>> {
    weftwork::__private::try_direct_iter(async move |mut __outlet| {
        if true {
            'body: {
                if false {
                    return weftwork::__private::Ok(());
                }
                for word in text.split(' ') {
                    {
                        if false {
                            break 'body;
                        }
                        let __item = weftwork::__private::put_ok(
                            weftwork::__private::accepts(&__outlet),
                            word.parse()?,
                            &__outlet,
                        );
                        __item.await
                    };
                }
                {
                    if false {
                        break 'body;
                    }
                    weftwork::__private::put_each_ok(
                            weftwork::__private::accepts(&__outlet),
                            rest(),
                            &mut __outlet,
                        )
                        .await?;
                };
            }
        }
        weftwork::__private::Ok(())
    })
}
