#[limit(100/s, burst = 20, key = (tenant, path.as_str()))]
#[limit(shared = self.gate, weight = rows.len(), wait = 500ms)]
async fn store(&self, tenant: u32, path: String, rows: Vec<Row>) -> Result<(), StoreError> {
    self.insert(path, rows).await
}
