#[limit(100/s)]
async fn ask(question: &str) -> Answer {
    get(question).await
}

#[limit("10/min", burst = BURST, wait = patience)]
async fn mail(to: &Address, patience: Duration) -> Result<(), MailError> {
    send(to).await
}
