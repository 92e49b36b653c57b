async fn both(id: Id) -> Result<(User, Vec<Order>), Error> {
    {
        let error = weftwork::__private::PhantomData;
        weftwork::__private::try_gather(
            weftwork::__private::both(
                weftwork::__private::try_arm(fetch_user(id), error),
                weftwork::__private::try_arm(fetch_orders(id), error),
            ),
            |(output_0, output_1)| (output_0, output_1),
            error,
        )
    }
        .await
}
