generator!(
    /// Rows of a table.
    #[must_use]
    pub async fn rows<'a, T: Row>(db: &'a Db, table: &'a str, limit: usize) -> impl Stream<Item = T> + 'a {
        for await row in db.query(table).take(limit) {
            yield row;
        }
    }
);

impl Table {
    generator!(
        pub fn names(&self) -> impl Iterator<Item = &str> {
            for column in &self.columns {
                yield &*column.name;
            }
        }
    );
}

trait Source {
    generator!(
        async fn once(self: Box<Self>, (mut first, _): (u8, u8), _guard: Guard) -> impl Stream<Item = u8> {
            first += 1;
            yield first;
        }
    );
}
