//! X60: a `Context` owns all that it uses.

use std::sync::Mutex;

use weftwork::{Context, LocalContext, context};

struct Pool {
    free: Mutex<Vec<u32>>,
}

impl Pool {
    fn connection(&self) -> Context<u32> {
        context!(async move {
            let number = self.free.lock().unwrap().pop().unwrap_or(0);
            let (number, _) = yield number;
            self.free.lock().unwrap().push(number);
        })
    }

    fn fine(&self) -> LocalContext<'_, u32> {
        context!(async move {
            let number = self.free.lock().unwrap().pop().unwrap_or(0);
            let (number, _) = yield number;
            self.free.lock().unwrap().push(number);
        })
    }
}

fn named(name: &str) -> Context<String> {
    context!(async move {
        yield name.to_owned();
    })
}

fn local(name: String) -> Context<usize> {
    context!(async {
        yield name.len();
    })
}

fn main() {}
