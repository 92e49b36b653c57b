async fn both(id: Id) -> Result<(User, Vec<Order>), Error> {
    match (fetch_user(id), fetch_orders(id)) {
        (__arm_0, __arm_1) => {
            let __error = weftwork::__private::PhantomData;
            weftwork::__private::try_gather(
                weftwork::__private::both(
                    weftwork::__private::marked(__arm_0, __error).arm(),
                    weftwork::__private::marked(__arm_1, __error).arm(),
                ),
                |(__output_0, __output_1)| (__output_0, __output_1),
                __error,
            )
        }
    }
        .await
}
