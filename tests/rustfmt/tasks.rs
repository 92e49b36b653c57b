//! Every documented form, as rustfmt leaves it.

async fn free(id: u32) -> Result<(), Error> {
    let task = spawn(fetch_user(id)).named("user");
    let user = task.await??;
    spawn(save(user)).detach();
    let orders = gather!(spawn(fetch_orders(id))?, spawn(fetch_notes(id))?).await?;
    Ok(())
}

async fn grouped(ids: Vec<u32>) -> Result<Report, GroupError<Error>> {
    task_group(async |group| {
        let a = group.spawn(job_a());
        group.spawn_named("b", job_b());
        a.await?
    })
    .limit(100)
    .grace(secs(5))
    .await?;
    task_group(async |group: Group<Error>| {
        for id in ids {
            group.ready().await;
            group.spawn(async move { fetch_user(id).await });
        }
        Ok(())
    })
    .limit(64)
    .on_failure(OnFailure::Collect)
    .named("users")
    .await
}

async fn some(tasks: Vec<Task<User>>) {
    let Wait { done, pending } = wait(tasks, Until::FirstCompleted).timeout(secs(10)).await;
    pending.cancel().await;
}

async fn program(db: Db) {
    background("flush", flush_loop(db));
    background_with_restart("poll", Restart::new().limit(10), poll);
    let left = drain_background(secs(10)).await;
}
