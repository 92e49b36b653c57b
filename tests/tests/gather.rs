//! `gather!`: each test's name begins with the number of its case.

#[path = "gather/arms.rs"]
mod arms;
#[path = "gather/arms_with_options.rs"]
mod arms_with_options;
#[path = "gather/borrowing.rs"]
mod borrowing;
#[path = "gather/comprehension.rs"]
mod comprehension;
#[path = "gather/endings.rs"]
mod endings;
#[path = "gather/errors_all.rs"]
mod errors_all;
#[path = "gather/fairness.rs"]
mod fairness;
#[path = "gather/functions.rs"]
mod functions;
#[path = "gather/many_arms.rs"]
mod many_arms;
#[path = "gather/options.rs"]
mod options;
#[path = "gather/progress.rs"]
mod progress;
#[path = "gather/sends.rs"]
mod sends;
#[path = "gather/spawn.rs"]
mod spawn;
#[path = "gather/splat.rs"]
mod splat;
#[path = "gather/stream_input.rs"]
mod stream_input;
#[path = "gather/threads.rs"]
mod threads;
#[path = "gather/wakes.rs"]
mod wakes;
