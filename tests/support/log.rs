//! Writes down what happened, in order.

use std::sync::{Arc, Mutex};

/// A list of words that several futures write to.
#[derive(Clone, Debug, Default)]
pub struct Log(Arc<Mutex<Vec<String>>>);

impl Log {
    /// Nothing has happened yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a word.
    pub fn note(&self, word: impl Into<String>) {
        self.entries().push(word.into());
    }

    /// Adds `word` when the result is dropped.
    #[must_use]
    pub fn on_drop(&self, word: &'static str) -> OnDrop {
        OnDrop { log: self.clone(), word }
    }

    /// Everything so far, with spaces in between.
    #[must_use]
    pub fn text(&self) -> String {
        self.entries().join(" ")
    }

    fn entries(&self) -> std::sync::MutexGuard<'_, Vec<String>> {
        // A test that panics on purpose may have done so while it wrote.
        self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// Notes its word when it is dropped.
#[derive(Debug)]
pub struct OnDrop {
    log: Log,
    word: &'static str,
}

impl Drop for OnDrop {
    fn drop(&mut self) {
        self.log.note(self.word);
    }
}
