//! Comprehensions.

use weftwork::{as_completed, for_await, gather, Stream};

async fn load(id: &u32) -> Result<u32, String> {
    Ok(*id)
}

/// A marked one, and one over a stream.
///
/// # Errors
/// When a load fails.
pub async fn comprehensions(ids: &[u32], more: impl Stream<Item = u32>) -> Result<Vec<u32>, String> {
    let mut loaded = gather!(
        for id in ids {
            load(id)?
        },
        limit = 4
    )
    .await?;
    loaded.extend(
        gather!(
            for await id in more {
                async move { load(&id).await }?
            },
            spawn
        )
        .await?,
    );
    loaded.extend(gather!(..ids.iter().map(load)?).await?);
    Ok(loaded)
}

/// In the order of completion.
pub async fn sum(ids: &[u32]) -> u32 {
    let mut sum = 0;
    for_await!(for id in as_completed!(for id in ids {
        load(id)
    }) {
        sum += id.unwrap_or(0);
    });
    sum
}
