async fn both(id: Id) -> Result<(User, Vec<Order>), GatherErrors<Error>> {
    {
        let __error = weftwork::__private::PhantomData;
        weftwork::__private::gather_all(
            weftwork::__private::both(
                weftwork::__private::marked(fetch_user(id), __error).kept(),
                weftwork::__private::given(fetch_orders(id)).arm(),
            ),
            |(__output_0, __output_1)| (__output_0, __output_1),
            __error,
        )
    }
        .await
}
