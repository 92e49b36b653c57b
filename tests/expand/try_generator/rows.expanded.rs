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
                        mut __stream_1 => {
                            use weftwork::__private::closing::*;
                            while let weftwork::__private::Some(__item) = weftwork::__private::next(
                                    &mut __stream_1,
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
                                        row.__or_close(&mut __stream_1).await?,
                                        &__outlet,
                                    );
                                    __item.await
                                };
                            }
                            weftwork::__private::close(&mut __stream_1).await;
                        }
                    };
                }
            }
        }
        weftwork::__private::Ok(())
    })
}
