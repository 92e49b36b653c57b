impl<T: Send> Client<T> {
    #[limit(settings::PLACES / 2)]
    pub(crate) async fn send<U>(&mut self, item: T, other: U) -> io::Result<usize>
    where
        U: Into<T>,
    {
        self.queue.push(item);
        self.queue.push(other.into());
        self.flush().await
    }
}
