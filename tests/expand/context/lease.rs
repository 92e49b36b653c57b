fn lease(pool: Pool) -> Context<()> {
    context!(async move {
        let lease = pool.lease().await;
        yield;
        lease.give_back().await;
    })
}
