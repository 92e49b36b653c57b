async fn first(id: Id) -> Answer {
    match (by_mail(id), by_phone(id), &mut by_hand) {
        (__arm_0, __arm_1, __arm_2) => {
            let __output = weftwork::__private::PhantomData;
            weftwork::__private::race(
                weftwork::__private::both(
                    weftwork::__private::both(
                        weftwork::__private::entrant(__arm_0, __output).racer(),
                        weftwork::__private::entrant(__arm_1, __output).racer(),
                    ),
                    weftwork::__private::entrant(__arm_2, __output).racer(),
                ),
                __output,
            )
        }
    }
        .await
}
