//! `background`: work that belongs to the program, its restarts, and `drain_background`. Each test's name begins with the number of
//! its case. What replaces the hook is in `background_hook.rs`.

#[path = "background/apart.rs"]
mod apart;
#[path = "background/attacks.rs"]
mod attacks;
#[path = "background/drain.rs"]
mod drain;
#[path = "background/drain_again.rs"]
mod drain_again;
#[path = "background/failures.rs"]
mod failures;
#[path = "background/kit.rs"]
mod kit;
#[path = "background/restart.rs"]
mod restart;
#[path = "background/runtimes.rs"]
mod runtimes;
#[path = "background/spans.rs"]
mod spans;
#[path = "background/starts.rs"]
mod starts;
