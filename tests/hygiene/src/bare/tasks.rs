//! Tasks and groups: all that is done with them needs nothing to be imported.
#![no_implicit_prelude]

use ::core::future::ready;
use ::core::result::Result;
use ::std::string::String;
use ::weftwork::{Group, GroupError, Until};

async fn load(id: u32) -> Result<u32, String> {
    ready(Result::Ok(id)).await
}

async fn free() -> Result<Result<u32, String>, ::weftwork::TaskError> {
    let mut task = ::weftwork::spawn(load(1)).named("load");
    if let ::core::option::Option::Some(ended) = task.try_result() {
        return ended;
    }
    ::weftwork::spawn(load(2)).detach();
    let waited = ::weftwork::wait([::weftwork::spawn(load(3))], Until::FirstError).timeout(::weftwork::secs(1)).await;
    waited.pending.cancel().await;
    task.await
}

async fn grouped() -> Result<u32, GroupError<String>> {
    ::weftwork::task_group(async |group: Group<String>| {
        group.ready().await;
        let child = group.spawn_named("load", load(1));
        group.spawn(async {});
        match child.await {
            Result::Ok(loaded) => loaded,
            Result::Err(_) => Result::Ok(0),
        }
    })
    .limit(4)
    .await
}

async fn program() -> usize {
    ::weftwork::background("once", load(1));
    let restart = ::weftwork::Restart::new().limit(1);
    ::weftwork::background_with_restart("again", restart, || load(1));
    ::weftwork::tasks().len() + ::weftwork::drain_background(::weftwork::secs(1)).await.len()
}
