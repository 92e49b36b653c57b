fn rows(db: &Db) -> impl Stream<Item = Result<Row, DbError>> {
    weftwork::__private::try_direct(async move |outlet| {
        if true {
            'body: {
                if false {
                    return weftwork::__private::Ok(());
                }
                {
                    match weftwork::__private::pin!(
                        weftwork::__private::async_iterable(db.query("select *"). await
                        ?)
                    ) {
                        mut stream => {
                            while let weftwork::__private::Some(item) = weftwork::__private::next(
                                    &mut stream,
                                )
                                .await
                            {
                                let row = item;
                                {
                                    if false {
                                        break 'body;
                                    }
                                    let item = weftwork::__private::put_ok(
                                        weftwork::__private::accepts(&outlet),
                                        row?,
                                        &outlet,
                                    );
                                    item.await
                                };
                            }
                        }
                    };
                }
            }
        }
        weftwork::__private::Ok(())
    })
}
