impl Store {
    #[transactional(tx = self.pool, retry = self.attempts(), timeout = self.patience)]
    async fn rename(&self, id: Id, name: &str) -> Result<(), StoreError> {
        tx.execute(query(id, name)).await?;
        Ok(())
    }
}
