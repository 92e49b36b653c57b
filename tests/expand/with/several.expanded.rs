async fn copy(from: &Pool, to: &Pool, ids: Vec<Id>) -> Result<(), AppError> {
    {
        async move {
            let mut __frame = weftwork::__private::frame(
                weftwork::__private::plan(connection(from.clone())),
            );
            let __errors = __frame.errors();
            let mut __outcome = weftwork::__private::Outcome::NotBegun;
            let __answer = __outcome.answer();
            if weftwork::__private::Frame::enter(&mut __frame).await {
                let (__below, source) = weftwork::__private::Frame::lend(&mut __frame);
                __outcome = weftwork::__private::attempt(
                        __below,
                        async move {
                            let mut __frame = weftwork::__private::frame(
                                weftwork::__private::plan(connection(to.clone())),
                            );
                            let __errors = __frame.errors();
                            let mut __outcome = weftwork::__private::Outcome::NotBegun;
                            let __answer = __outcome.answer();
                            if weftwork::__private::Frame::enter(&mut __frame).await {
                                let (__below, target) = weftwork::__private::Frame::lend(
                                    &mut __frame,
                                );
                                __outcome = weftwork::__private::attempt(
                                        __below,
                                        async move {
                                            let source = &mut *source;
                                            let target = &mut *target;
                                            for id in ids {
                                                target.insert(source.load(id).await?).await?;
                                            }
                                            target.flush().await
                                        },
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
                            __outcome
                                .conclude(&mut __frame, __answer.failure(), __convert)
                        },
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
