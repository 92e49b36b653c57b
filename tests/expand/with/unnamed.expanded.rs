async fn count(pool: &Pool) -> u64 {
    async {
        let mut __frame = weftwork::__private::frame(
            weftwork::__private::plan(lease(pool.clone())),
        );
        let mut __outcome = weftwork::__private::Outcome::new();
        let __answer = __outcome.answer();
        if __frame.enter().await {
            let (__below, _) = __frame.lend();
            __outcome = weftwork::__private::attempt(
                    __below,
                    async { pool.count("users").await },
                )
                .await;
            __frame.leave(__answer.exit(&__outcome)).await;
        }
        let __convert = __frame.errors().within(&__answer).fits().convert();
        __outcome.conclude(&mut __frame, __answer.failure(), __convert)
    }
        .await
}
