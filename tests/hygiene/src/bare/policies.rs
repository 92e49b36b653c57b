//! `#[timeout]` and `#[limit]`.
#![no_implicit_prelude]

struct Late(::weftwork::Elapsed);

impl ::core::convert::From<::weftwork::Elapsed> for Late {
    fn from(elapsed: ::weftwork::Elapsed) -> Self {
        Late(elapsed)
    }
}

type Answer = ::core::result::Result<u8, Late>;

#[::weftwork::timeout(5s)]
async fn timeout() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::timeout(::weftwork::secs(5))]
async fn timeout_by_expression() -> Answer {
    Answer::Ok(1)
}

#[::weftwork::limit(5)]
async fn limit() {}

struct Client {
    slow: ::core::time::Duration,
}

impl Client {
    #[::weftwork::timeout(8s)]
    #[::weftwork::limit(4)]
    #[::weftwork::timeout(self.slow)]
    async fn stack(&self) -> Answer {
        Answer::Ok(1)
    }

    #[::weftwork::timeout(8s)]
    #[::weftwork::limit(4)]
    fn by_hand(&self) -> ::core::pin::Pin<::std::boxed::Box<dyn ::core::future::Future<Output = Answer> + '_>> {
        ::std::boxed::Box::pin(async move { Answer::Ok(if self.slow.is_zero() { 1 } else { 2 }) })
    }

    #[::weftwork::timeout(8s)]
    #[::weftwork::limit(4)]
    fn by_impl_future(&self) -> impl ::core::future::Future<Output = Answer> {
        let client = self;
        async { client.stack().await }
    }
}

trait Service {
    #[::weftwork::timeout(8s)]
    #[::weftwork::limit(4)]
    async fn serve(&self) -> Answer {
        Answer::Ok(1)
    }
}
