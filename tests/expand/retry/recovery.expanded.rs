async fn endless() -> Result<(), Error> {
    post().await
}
::core::compile_error! {
    "without an end this would be an endless retry\nwrite `attempts = 4`, or `within = 10s`, or both"
}
async fn wrong() -> Result<(), Error> {
    post().await
}
::core::compile_error! {
    "`attemps` is not an option of `#[retry]`\ndid you mean `attempts`?"
}
::core::compile_error! {
    "`wrong` has no argument `missing`"
}
::core::compile_error! {
    "`attempts` counts from 1 upwards, the first call too\nwrite `attempts = 4`"
}
::core::compile_error! {
    "the first pause is longer than the longest one\nwrite the shorter one first, `50ms..2s`"
}
