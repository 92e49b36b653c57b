async fn both(id: Id) -> Result<(User, Vec<Order>), Error> {
    {
        let __error = weftwork::__private::PhantomData;
        weftwork::__private::try_gather(
            weftwork::__private::both(
                weftwork::__private::marked(fetch_user(id), __error).arm(),
                weftwork::__private::marked(fetch_orders(id), __error).arm(),
            ),
            |(__output_0, __output_1)| (__output_0, __output_1),
            __error,
        )
    }
        .await
}
