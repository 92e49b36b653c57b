#[timeout(self.patience, or = self.stale(id))]
async fn load(&self, id: u64, parts: Vec<Part>) -> u32 {
    self.ask(id, parts).await
}
