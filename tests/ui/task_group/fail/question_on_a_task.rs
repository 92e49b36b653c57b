//! `?` on a child is first about the task, and the group's error has to take that.

use std::fmt;

use weftwork::{Group, task_group};

#[derive(Debug)]
struct AppError;

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed")
    }
}

async fn outer() {
    let group = task_group(async |group: Group<AppError>| {
        let child = group.spawn(async { Ok::<_, AppError>(7) });
        let seven = child.await??;
        Ok(seven)
    });
    drop(group.await);
}

fn main() {}
