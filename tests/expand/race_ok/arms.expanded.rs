async fn all_at_once(id: Id) -> Result<User, RaceError<Error>> {
    match (primary(id), replica(id)) {
        (__arm_0, __arm_1) => {
            let __output = weftwork::__private::PhantomData::<
                weftwork::__private::Result<_, _>,
            >;
            weftwork::__private::race_ok(
                weftwork::__private::both(
                    weftwork::__private::entrant(__arm_0, __output).contender(),
                    weftwork::__private::entrant(__arm_1, __output).contender(),
                ),
                __output,
            )
        }
    }
        .await
}
async fn one_after_another(id: Id) -> Result<User, RaceError<Error>> {
    match (primary(id), replica(id)) {
        (__arm_0, __arm_1) => {
            let __output = weftwork::__private::PhantomData::<
                weftwork::__private::Result<_, _>,
            >;
            weftwork::__private::staggered(
                weftwork::__private::both(
                    weftwork::__private::entrant(__arm_0, __output).contender(),
                    weftwork::__private::entrant(__arm_1, __output).contender(),
                ),
                weftwork::__private::Duration::from_millis(250),
                __output,
            )
        }
    }
        .await
}
