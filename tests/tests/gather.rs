//! `gather!`: each test's name begins with the number of its case.

#[path = "gather/arms.rs"]
mod arms;
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
#[path = "gather/forms.rs"]
mod forms;
#[path = "gather/many_arms.rs"]
mod many_arms;
#[path = "gather/threads.rs"]
mod threads;
#[path = "gather/wakes.rs"]
mod wakes;
