#[inline]
async fn fetch() -> Result<(), FetchError> {
    get().await
}
::core::compile_error! {
    "`crate` takes the path under which weftwork is known here, `crate = some::path`"
}
::core::compile_error! {
    "a duration needs a unit\nwrite `8s`"
}
::core::compile_error! {
    "`#[limit]` takes a count from 1 upwards, `#[limit(5)]`"
}
::core::compile_error! {
    "`#[timeout]` needs a duration\nwrite `#[timeout(5s)]`"
}
