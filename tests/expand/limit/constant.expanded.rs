impl<T: Send> Client<T> {
    ///
    /// Policies, outermost first:
    /// - `limit(settings::PLACES / 2)`
    pub(crate) async fn send<U>(&mut self, item: T, other: U) -> io::Result<usize>
    where
        U: Into<T>,
    {
        let from_refusal: fn(_) -> _ = {
            use ::weftwork::__private::choose::*;
            (&&::weftwork::__private::answer::<io::Result<usize>>()).refused()
        };
        let call = ::weftwork::__private::call("send");
        call.around(
                ::weftwork::__private::limit(
                    {
                        static LIMITER: ::weftwork::Limiter = ::weftwork::Limiter::new(
                            settings::PLACES / 2,
                        );
                        &LIMITER
                    },
                    const { &::weftwork::__private::turn("send") },
                    from_refusal,
                    move || async move {
                        if false {
                            return {
                                ::weftwork::__private::returned::<io::Result<usize>>()
                            };
                        }
                        self.queue.push(item);
                        self.queue.push(other.into());
                        self.flush().await
                    },
                ),
            )
            .await
    }
}
