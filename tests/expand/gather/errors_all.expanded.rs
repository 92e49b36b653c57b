async fn both(id: Id) -> Result<(User, Vec<Order>), GatherErrors<Error>> {
    match (fetch_user(id), fetch_orders(id)) {
        (__arm_0, __arm_1) => {
            let __error = weftwork::__private::PhantomData;
            weftwork::__private::gather_all(
                weftwork::__private::both(
                    weftwork::__private::marked(__arm_0, __error).kept(),
                    weftwork::__private::given(__arm_1).arm(),
                ),
                |(__output_0, __output_1)| (__output_0, __output_1),
                __error,
            )
        }
    }
        .await
}
