fn all(node: &Node) -> impl Stream<Item = u32> {
    weftwork::__private::stream(async move |__yielder| {
        if false {
            return;
        }
        {
            let __item = __yielder.emit(node.value);
            __item.await
        };
        for child in &node.children {
            {
                weftwork::__private::emit_all(
                        weftwork::__private::accepts_emitted(__yielder),
                        Box::pin(all(child)),
                        __yielder,
                    )
                    .await;
            };
        }
        async {
            {
                weftwork::__private::emit_all(
                        weftwork::__private::accepts_emitted(__yielder),
                        [1, 2],
                        __yielder,
                    )
                    .await;
            };
        }
            .await;
    })
}
fn own_level(text: &str) -> impl Iterator<Item = char> {
    weftwork::__private::direct_iter(async move |mut __outlet| 'body: {
        if false {
            return;
        }
        {
            if false {
                break 'body;
            }
            let __item = weftwork::__private::put_as(
                weftwork::__private::accepts(&__outlet),
                '>',
                &__outlet,
            );
            __item.await
        };
        {
            if false {
                break 'body;
            }
            weftwork::__private::put_each(
                    weftwork::__private::accepts(&__outlet),
                    text.chars(),
                    &mut __outlet,
                )
                .await;
        };
    })
}
