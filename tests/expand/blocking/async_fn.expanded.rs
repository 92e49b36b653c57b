///
/// Policies, outermost first:
/// - `timeout(30s)`
/// - `blocking(cpu)`
async fn digest(data: Vec<u8>) -> Result<Digest, Error> {
    let from_elapsed: fn(_) -> _ = <Result<
        Digest,
        Error,
    > as ::weftwork::FromElapsed>::from_elapsed;
    let call = ::weftwork::__private::call("digest");
    call.around(
            ::weftwork::__private::timeout(
                "digest",
                ::weftwork::__private::Duration::from_secs(30),
                from_elapsed,
                ::weftwork::__private::blocking(
                    ::weftwork::__private::Cpu,
                    "digest",
                    (<Vec<u8> as ::weftwork::__private::Movable<_>>::PROOF,),
                    <Result<Digest, Error> as ::weftwork::__private::Movable<_>>::PROOF,
                    move || {
                        if false {
                            ::weftwork::__private::moved((data,));
                            return {
                                ::weftwork::__private::returned::<Result<Digest, Error>>()
                            };
                        }
                        Ok(hash(&data)?)
                    },
                ),
            ),
        )
        .await
}
