//! Which message is meant.

/// A message of a client. A text stands for [`At::runs`].
#[derive(Clone, Debug)]
pub struct At {
    what: What,
    /// How many go by before it.
    skip: usize,
}

#[derive(Clone, Debug)]
enum What {
    Runs(String),
    Prepares(String),
    Kind(u8),
    Any,
}

impl At {
    /// Where a statement is run whose text contains this: it is sent as it is, or was prepared and is given its arguments.
    pub fn runs(text: impl Into<String>) -> Self {
        Self { what: What::Runs(text.into()), skip: 0 }
    }

    /// Where a statement is prepared whose text contains this.
    pub fn prepares(text: impl Into<String>) -> Self {
        Self { what: What::Prepares(text.into()), skip: 0 }
    }

    /// A message of this kind: `b'Q'` is a query, `b'P'` parse, `b'B'` bind, `b'E'` execute, `b'S'` sync, `b'X'` terminate.
    #[must_use]
    pub fn kind(kind: u8) -> Self {
        Self { what: What::Kind(kind), skip: 0 }
    }

    /// Any message but the first of a connection, by which it begins.
    #[must_use]
    pub fn any() -> Self {
        Self { what: What::Any, skip: 0 }
    }

    /// Not the next one but the one after `count` others, on whatever connections they come.
    #[must_use]
    pub fn after(mut self, count: usize) -> Self {
        self.skip = count;
        self
    }

    /// Whether this message is it. `text` is the statement's that is run or prepared by it.
    pub(super) fn is_met(&mut self, kind: u8, text: Option<&str>) -> bool {
        let is_like = match &self.what {
            What::Runs(part) => matches!(kind, b'Q' | b'B') && text.is_some_and(|text| text.contains(part)),
            What::Prepares(part) => kind == b'P' && text.is_some_and(|text| text.contains(part)),
            What::Kind(wanted) => kind == *wanted,
            What::Any => true,
        };
        let is_met = is_like && self.skip == 0;
        self.skip -= usize::from(is_like && !is_met);
        is_met
    }
}

impl From<&str> for At {
    fn from(text: &str) -> Self {
        Self::runs(text)
    }
}

impl From<String> for At {
    fn from(text: String) -> Self {
        Self::runs(text)
    }
}
