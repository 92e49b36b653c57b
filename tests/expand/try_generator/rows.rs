fn rows(db: &Db) -> impl Stream<Item = Result<Row, DbError>> {
    try_generator!(async move {
        for await row in db.query("select *").await? {
            yield row?;
        }
    })
}
