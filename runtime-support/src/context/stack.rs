//! Any number of contexts.
