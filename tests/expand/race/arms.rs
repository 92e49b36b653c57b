async fn first(id: Id) -> Answer {
    race!(by_mail(id), by_phone(id), &mut by_hand).await
}
