async fn fetch(url: &Url) -> Page {
    get(url).await
}
::core::compile_error! {
    "`#[limit]` takes a count from 1 upwards, `#[limit(5)]`"
}
async fn argument(places: usize) -> Page {
    get(places).await
}
::core::compile_error! {
    "one limiter serves all calls of `argument`, its count can not depend on `places`\nwrite a literal or a constant, or `shared = ..` with a `Limiter` of your own"
}
const fn unfinished() {}
::core::compile_error! {
    "`#[limit]` goes on an `async fn`, which can not be `const`"
}
