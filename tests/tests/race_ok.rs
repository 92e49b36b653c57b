//! `race_ok!`: each test's name begins with the number of its case.

#[path = "race_ok/arms.rs"]
mod arms;
#[path = "race_ok/comprehension.rs"]
mod comprehension;
#[path = "race_ok/endings.rs"]
mod endings;
#[path = "race_ok/fairness.rs"]
mod fairness;
#[path = "race_ok/many_arms.rs"]
mod many_arms;
#[path = "race_ok/stagger.rs"]
mod stagger;
#[path = "race_ok/stagger_each.rs"]
mod stagger_each;
