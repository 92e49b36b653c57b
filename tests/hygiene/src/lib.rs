//! Every macro where all the names of the prelude mean something else, and where there is no prelude at all, in a crate whose
//! only dependency is weftwork. That it compiles is the test.
//!
//! One module a construct in each of the two folders.

#![allow(dead_code)]

mod bare;
mod generator;
mod hostile;
