//! The errors of the children become that of the group.

use std::fmt;

use weftwork::{Group, task_group};

#[derive(Debug)]
struct AppError;

impl fmt::Display for AppError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("failed")
    }
}

async fn load() -> Result<u8, std::io::Error> {
    Ok(7)
}

async fn outer() -> Result<(), AppError> {
    let group = task_group(async |group: Group<AppError>| {
        group.spawn(load());
        Ok(())
    });
    group.await.map_err(|error| error.into_first())
}

fn main() {}
