async fn fetch() -> Result<Page, FetchError> {
    get().await
}
::core::compile_error! {
    "a duration needs a unit\nwrite `5s`"
}
fn missing_async() -> Result<Page, FetchError> {
    get()
}
::core::compile_error! {
    "`#[timeout]` needs a duration\nwrite `#[timeout(5s)]`"
}
::core::compile_error! {
    "`#[timeout]` goes on an `async fn`, or on a function that ends in an `async` block\nwrite `async fn missing_async`"
}
impl Client {
    async fn fetch(&self) -> Result<Page, FetchError> {
        self.get().await
    }
    ::core::compile_error! {
        "`attempts` is not an option of `#[timeout]`\nits options are `or`, `crate`"
    }
    ::core::compile_error! {
        "a duration is one token\nwrite `5parsecs`"
    }
}
struct Client {
    slow: Duration,
}
::core::compile_error! {
    "`#[timeout]` goes on a function, not on `struct`"
}
trait Service {
    async fn fetch(&self) -> Result<Page, FetchError>;
    ::core::compile_error! {
        "`#[timeout]` has no body to act on here\nput it on the implementation, or give `fetch` a default body"
    }
}
