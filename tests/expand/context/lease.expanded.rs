fn lease(pool: Pool) -> Context<()> {
    match weftwork::__private::lender() {
        (__lender, __lends) => {
            weftwork::__private::made(
                __lends,
                async move {
                    let lease = pool.lease().await;
                    weftwork::__private::drop(__lender.lend(()).await);
                    lease.give_back().await;
                },
            )
        }
    }
}
