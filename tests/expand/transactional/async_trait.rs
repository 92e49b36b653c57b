#[transactional(tx = self.pool, retry = 4, clone(name))]
fn serve<'life0, 'async_trait>(
    &'life0 self,
    name: String,
) -> ::core::pin::Pin<Box<dyn ::core::future::Future<Output = Result<usize, Failed>> + ::core::marker::Send + 'async_trait>>
where
    'life0: 'async_trait,
    Self: 'async_trait,
{
    Box::pin(async move {
        if let ::core::option::Option::Some(__ret) = ::core::option::Option::None::<Result<usize, Failed>> {
            #[allow(unreachable_code)]
            return __ret;
        }
        let __self = self;
        let name = name;
        let __ret: Result<usize, Failed> = { post(&mut tx, name).await };
        #[allow(unreachable_code)]
        __ret
    })
}
