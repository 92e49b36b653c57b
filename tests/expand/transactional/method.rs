impl Store {
    #[timeout(5s)]
    #[transactional(tx = self.pool)]
    async fn rename(&self, id: Id, name: &str) -> Result<(), StoreError> {
        tx.execute(query(id, name)).await?;
        Ok(())
    }
}
