#[limit(shared = self.gate)]
async fn store(&self, rows: Vec<Row>) -> usize {
    self.insert(rows).await
}

#[limit(shared = DB, weight = rows.len(), max_waiting = 64)]
async fn refusing(rows: Vec<Row>) -> Result<usize, StoreError> {
    insert(rows).await
}
