//! `tasks()`: what lives, with name, place, age and parent, and the tree of it.
//!
//! There is one list for the whole process, and tests run side by side in it: each looks at names of its own.

#[path = "tasks/ages.rs"]
mod ages;
#[path = "tasks/gone.rs"]
mod gone;
#[path = "tasks/kit.rs"]
mod kit;
#[path = "tasks/many.rs"]
mod many;
#[path = "tasks/names.rs"]
mod names;
#[path = "tasks/parents.rs"]
mod parents;
#[path = "tasks/together.rs"]
mod together;
#[path = "tasks/tree.rs"]
mod tree;
