//! `race!`: each test's name begins with the number of its case.

#[path = "race/arms.rs"]
mod arms;
#[path = "race/comprehension.rs"]
mod comprehension;
#[path = "race/endings.rs"]
mod endings;
#[path = "race/fairness.rs"]
mod fairness;
#[path = "race/many_arms.rs"]
mod many_arms;
