#[transactional(tx, isolation = serializable, read_only, propagation = nested, timeout = 2s)]
async fn report(tx: impl Begin<Postgres>, day: Day) -> Result<Report, ReportError> {
    Report::read(&mut tx, day).await
}
