//! The error of a group can be shown.

use weftwork::{Group, task_group};

#[derive(Debug)]
struct AppError;

async fn outer() {
    let group = task_group(async |group: Group<AppError>| {
        group.spawn(async { Err::<(), _>(AppError) });
        Ok(())
    });
    group.await.unwrap();
}

fn main() {}
