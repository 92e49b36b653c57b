async fn count(pool: &Pool) -> u64 {
    {
        async {
            let mut __frame = weftwork::__private::frame(
                weftwork::__private::plan(lease(pool.clone())),
            );
            let __errors = __frame.errors();
            let mut __outcome = weftwork::__private::Outcome::NotBegun;
            let __answer = __outcome.answer();
            if weftwork::__private::Frame::enter(&mut __frame).await {
                let (__below, _) = weftwork::__private::Frame::lend(&mut __frame);
                __outcome = weftwork::__private::attempt(
                        __below,
                        async { pool.count("users").await },
                    )
                    .await;
                weftwork::__private::Frame::leave(
                        &mut __frame,
                        __answer.exit(&__outcome),
                    )
                    .await;
            }
            let __within = __errors.within(&__answer);
            let __within = __within.fits();
            let __convert = __within.convert();
            __outcome.conclude(&mut __frame, __answer.failure(), __convert)
        }
    }
        .await
}
