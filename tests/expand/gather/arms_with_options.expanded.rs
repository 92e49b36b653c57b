async fn all(id: Id, bar: ProgressBar) -> Result<(User, Vec<Order>), AppError> {
    match (fetch_user(id), fetch_orders(id)) {
        (__arm_0, __arm_1) => {
            let __error = weftwork::__private::PhantomData::<AppError>;
            let __tasks = weftwork::__private::tasks();
            let __progress = weftwork::__private::shared(
                weftwork::__private::given(bar).progress(),
                2usize,
            );
            weftwork::__private::whole(
                "gather!",
                weftwork::__private::supervised(
                    weftwork::__private::try_gather(
                        weftwork::__private::both(
                            weftwork::__private::marked(
                                    weftwork::__private::told_of_failure(
                                        weftwork::__private::given(
                                                weftwork::__private::converted(__arm_0, __error).child(),
                                            )
                                            .failing_task(&__tasks),
                                        &__progress,
                                    ),
                                    __error,
                                )
                                .arm(),
                            weftwork::__private::given(
                                    weftwork::__private::told(
                                        weftwork::__private::given(
                                                weftwork::__private::given(__arm_1).child(),
                                            )
                                            .task(&__tasks),
                                        &__progress,
                                    ),
                                )
                                .arm(),
                        ),
                        |(__output_0, __output_1)| (__output_0, __output_1),
                        __error,
                    ),
                    &__tasks,
                ),
            )
        }
    }
        .await
}
async fn converted(id: Id) -> Result<(User, Vec<Order>), AppError> {
    match (fetch_user(id), fetch_orders(id)) {
        (__arm_0, __arm_1) => {
            let __error = weftwork::__private::PhantomData::<AppError>;
            weftwork::__private::try_gather(
                weftwork::__private::both(
                    weftwork::__private::marked(
                            weftwork::__private::converted(__arm_0, __error).child(),
                            __error,
                        )
                        .arm(),
                    weftwork::__private::marked(
                            weftwork::__private::converted(__arm_1, __error).child(),
                            __error,
                        )
                        .arm(),
                ),
                |(__output_0, __output_1)| (__output_0, __output_1),
                __error,
            )
        }
    }
        .await
}
async fn watched(
    id: Id,
    bar: ProgressBar,
) -> Result<(User, Vec<Order>), GatherErrors<Error>> {
    match (fetch_user(id), fetch_orders(id)) {
        (__arm_0, __arm_1) => {
            let __error = weftwork::__private::PhantomData;
            let __progress = weftwork::__private::shared(
                weftwork::__private::given(bar).progress(),
                2usize,
            );
            weftwork::__private::gather_all(
                weftwork::__private::both(
                    weftwork::__private::marked(
                            weftwork::__private::told_of_failure(
                                weftwork::__private::marked(__arm_0, __error).child(),
                                &__progress,
                            ),
                            __error,
                        )
                        .kept(),
                    weftwork::__private::given(
                            weftwork::__private::told(
                                weftwork::__private::given(__arm_1).child(),
                                &__progress,
                            ),
                        )
                        .arm(),
                ),
                |(__output_0, __output_1)| (__output_0, __output_1),
                __error,
            )
        }
    }
        .await
}
