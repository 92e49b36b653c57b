fn fibonacci() -> impl Iterator<Item = u64> {
    weftwork::__private::direct_iter::<
        u64,
        _,
    >(async move |__outlet| 'body: {
        if false {
            return;
        }
        let (mut a, mut b) = (0, 1);
        loop {
            {
                if false {
                    break 'body;
                }
                let __item = weftwork::__private::put_as(
                    weftwork::__private::accepts(&__outlet),
                    a,
                    &__outlet,
                );
                __item.await
            };
            (a, b) = (b, a + b);
        }
    })
}
fn words(text: &str) -> usize {
    weftwork::__private::direct_iter(async |__outlet| 'body: {
            if false {
                return;
            }
            for word in text.split(' ') {
                {
                    if false {
                        break 'body;
                    }
                    let __item = weftwork::__private::put_as(
                        weftwork::__private::accepts(&__outlet),
                        word.len(),
                        &__outlet,
                    );
                    __item.await
                };
            }
        })
        .sum()
}
