/// Rows of a table.
#[must_use]
pub fn rows<'a, T: Row>(
    db: &'a Db,
    table: &'a str,
    limit: usize,
) -> impl Stream<Item = T> + 'a {
    weftwork::__private::direct::<
        T,
        _,
    >(async move |__outlet| 'body: {
        let _ = (&limit, &table, &db);
        if false {
            return;
        }
        {
            match weftwork::__private::pin!(
                weftwork::__private::looped(weftwork::__private::async_iterable(db
                .query(table).take(limit)))
            ) {
                mut __stream => {
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
                            let __item = weftwork::__private::put_as(
                                weftwork::__private::accepts(&__outlet),
                                row,
                                &__outlet,
                            );
                            __item.await
                        };
                    }
                    weftwork::__private::close(&mut __stream).await;
                }
            };
        }
    })
}
impl Table {
    pub fn names(&self) -> impl Iterator<Item = &str> {
        weftwork::__private::direct_iter::<
            &str,
            _,
        >(async move |__outlet| 'body: {
            let _ = (&self,);
            if false {
                return;
            }
            for column in &self.columns {
                {
                    if false {
                        break 'body;
                    }
                    let __item = weftwork::__private::put_as(
                        weftwork::__private::accepts(&__outlet),
                        &*column.name,
                        &__outlet,
                    );
                    __item.await
                };
            }
        })
    }
}
trait Source {
    fn once(
        self: Box<Self>,
        __argument1: (u8, u8),
        _guard: Guard,
    ) -> impl Stream<Item = u8> {
        weftwork::__private::direct::<
            u8,
            _,
        >(async move |__outlet| 'body: {
            let _ = &self;
            let __argument1 = __argument1;
            let (mut first, _) = __argument1;
            #[allow(clippy::used_underscore_binding)]
            let __argument2 = _guard;
            if false {
                return;
            }
            first += 1;
            {
                if false {
                    break 'body;
                }
                let __item = weftwork::__private::put_as(
                    weftwork::__private::accepts(&__outlet),
                    first,
                    &__outlet,
                );
                __item.await
            };
        })
    }
}
