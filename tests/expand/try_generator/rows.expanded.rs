fn rows(db: &Db) -> impl Stream<Item = Result<Row, DbError>> {
    weftwork::__private::try_direct(async move |__outlet| {
        if true {
            'body: {
                if false {
                    return weftwork::__private::Ok(());
                }
                {
                    match weftwork::__private::pin!(
                        weftwork::__private::looped(weftwork::__private::async_iterable(db
                        .query("select *"). await ?))
                    ) {
                        mut __stream => {
                            let mut __left_1 = weftwork::__private::None;
                            '__exit: {
                                while let weftwork::__private::Some(__item) = weftwork::__private::next(
                                        &mut __stream,
                                    )
                                    .await
                                {
                                    let row = __item;
                                    {
                                        if false {
                                            break 'body;
                                        }
                                        let __item = weftwork::__private::put_ok(
                                            weftwork::__private::accepts(&__outlet),
                                            weftwork::__private::go(
                                                match weftwork::__private::split(row) {
                                                    weftwork::__private::Ok(__value) => __value,
                                                    weftwork::__private::Err(__gone) => {
                                                        __left_1 = weftwork::__private::Some(__gone);
                                                        break '__exit;
                                                    }
                                                },
                                            ),
                                            &__outlet,
                                        );
                                        __item.await
                                    };
                                }
                            }
                            weftwork::__private::close(&mut __stream).await;
                            if let weftwork::__private::Some(__gone) = __left_1 {
                                match __gone? {}
                            }
                        }
                    };
                }
            }
        }
        weftwork::__private::Ok(())
    })
}
