#[timeout(1min)]
#[transactional(
    tx = self.pool,
    isolation = repeatable_read,
    retry = 3,
    timeout = 2s,
    rollback_if = |reply: &Reply| reply.is_refused(),
    commit_on(ShopError::Warning(_)),
    propagation = requires_new,
    clone(order)
)]
#[limit(4)]
async fn order(&self, order: Order) -> Result<Reply, ShopError> {
    place(&mut tx, order).await
}
