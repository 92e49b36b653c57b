//! D50: unused variables, arguments and `mut`s.
#![deny(unused_variables, unused_mut)]
use weftwork::Elapsed;

// #[timeout(8s)]
// #[limit(4)]
async fn take(argument: u8, mut list: Vec<u8>) -> Result<usize, Elapsed> {
    let local = 1;
    Ok(list.len())
}

fn fetch() {
    drop(take(1, Vec::new()));
}

fn main() {
    let _call = fetch();
}
