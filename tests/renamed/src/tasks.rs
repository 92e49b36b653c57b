//! Tasks and groups, which have no macro: by the other name, and beside those macros that have tasks of their own.

use woven::{Group, GroupError, TaskError, Until, Wait, background, drain_background, gather, secs, spawn, task_group, wait};

async fn parse(text: String) -> Result<u8, std::num::ParseIntError> {
    text.parse()
}

/// Tasks as the arms of a `gather!`.
///
/// # Errors
/// When one was cancelled or has panicked.
pub async fn arms() -> Result<usize, TaskError> {
    let (first, second) = gather!(spawn(parse("1".into()))?, woven::spawn(parse("x".into()))?).await?;
    Ok(usize::from(first.is_ok()) + usize::from(second.is_ok()))
}

/// A group.
///
/// # Errors
/// When a text is no number.
pub async fn group(texts: &[String]) -> Result<(), GroupError<Box<dyn std::error::Error + Send + Sync>>> {
    crate::reexport::fabric::task_group(async |group| {
        for text in texts {
            group.spawn(parse(text.clone()));
        }
    })
    .await
}

/// One inside another, and some of several.
pub async fn nested() -> usize {
    let tasks = ["1", "2"].map(|text| spawn(parse(text.into())));
    let Wait { done, pending } = wait(tasks, Until::FirstError).timeout(secs(1)).await;
    let ended = task_group(async |group: Group<String>| {
        group.spawn(async {
            let inner = woven::task_group(async |_: Group<String>| Ok(()));
            inner.await.map_err(|error| error.to_string())
        });
        Ok(done.len() + pending.len())
    });
    background("flush", async {});
    ended.await.unwrap_or(0) + drain_background(secs(1)).await.len()
}
