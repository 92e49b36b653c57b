//! Tasks and groups.

use weftwork::{
    background, background_with_restart, drain_background, secs, spawn, task_group, tasks, wait, Group, GroupError, Restart,
    TaskError, Until, Wait,
};

async fn load(id: u32) -> Result<u32, String> {
    Ok(id)
}

/// What a group fails with.
#[derive(Debug)]
pub struct Failed(pub String);

impl std::fmt::Display for Failed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<String> for Failed {
    fn from(text: String) -> Self {
        Self(text)
    }
}

impl From<TaskError> for Failed {
    fn from(error: TaskError) -> Self {
        Self(error.to_string())
    }
}

/// Borrows in the body, and with a closure in the place of an `async` one.
///
/// # Errors
/// When a child fails.
pub async fn group(ids: &[u32]) -> Result<u32, GroupError<Failed>> {
    let doubled = task_group(|group: Group<Failed>| async move {
        let child = group.spawn_named("load", load(2));
        Ok(child.await??)
    });
    let doubled = doubled.await?;
    task_group(async |group: Group<Failed>| {
        let mut sum = doubled;
        for id in ids {
            sum += group.spawn(load(*id)).await??;
        }
        Ok(sum)
    })
    .limit(4)
    .await
}

/// Free ones, some of several, and those of the program.
pub async fn others() -> usize {
    let loaded: Vec<_> = (0..4).map(|id| spawn(load(id)).named("load")).collect();
    let Wait { done, pending } = wait(loaded, Until::FirstCompleted).timeout(secs(1)).await;
    let cancelled = pending.cancel();
    cancelled.await;
    background("once", async {});
    background_with_restart("again", Restart::new().limit(1), || load(1));
    done.len() + drain_background(secs(1)).await.len() + tasks().len()
}
