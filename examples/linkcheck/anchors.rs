//! The places in a page that a fragment can lead to, small enough to keep for every page of a site.

use percent_encoding::percent_decode_str;

/// A set of anchor names as sorted 64-bit hashes: eight bytes each, in memory and in the database.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(crate) struct Anchors(Vec<u64>);

impl Anchors {
    pub(crate) fn add(&mut self, name: &str) {
        self.0.push(hash(name.as_bytes()));
    }

    /// Sorts what was added; needed before `contains`.
    pub(crate) fn seal(&mut self) {
        self.0.sort_unstable();
        self.0.dedup();
    }

    /// Whether a browser finds the fragment of a URL: as it stands, or percent-decoded.
    ///
    /// A range of lines, `10-20`, is found where both lines are: documentation of source code selects
    /// such ranges with a script.
    pub(crate) fn contains(&self, fragment: &str) -> bool {
        let decoded: Vec<u8> = percent_decode_str(fragment).collect();
        self.has(fragment.as_bytes())
            || self.has(&decoded)
            || line_range(fragment).is_some_and(|(from, to)| self.has(from.as_bytes()) && self.has(to.as_bytes()))
    }

    fn has(&self, name: &[u8]) -> bool {
        self.0.binary_search(&hash(name)).is_ok()
    }

    pub(crate) fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|hash| hash.to_le_bytes()).collect()
    }

    /// The set that `to_bytes` wrote.
    pub(crate) fn from_bytes(bytes: &[u8]) -> Self {
        let (hashes, _) = bytes.as_chunks::<8>();
        Self(hashes.iter().copied().map(u64::from_le_bytes).collect())
    }
}

fn line_range(fragment: &str) -> Option<(&str, &str)> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    fragment.split_once('-').filter(|(from, to)| is_number(from) && is_number(to))
}

/// FNV-1a. The hashes are stored, so they may not change with the standard library, as its hasher may.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn anchors(names: &[&str]) -> Anchors {
        let mut anchors = Anchors::default();
        names.iter().for_each(|name| anchors.add(name));
        anchors.seal();
        anchors
    }

    #[test]
    fn fragments_match_as_written_or_decoded() {
        let page = anchors(&["a b", "50%", "x%20y", "é"]);
        for found in ["a%20b", "50%", "x%20y", "%C3%A9"] {
            assert!(page.contains(found), "{found}");
        }
        assert!(!page.contains("A%20B"), "fragments tell cases apart");
        assert!(!page.contains("x y"));
    }

    #[test]
    fn a_range_of_lines_needs_both_ends() {
        let page = anchors(&["1", "2", "3"]);
        assert!(page.contains("1-3"));
        assert!(!page.contains("1-4"));
        assert!(!page.contains("a-b"));
        assert!(!page.contains("-"));
    }

    #[test]
    fn the_stored_form_is_read_back() {
        let page = anchors(&["one", "two", "one"]);
        let bytes = page.to_bytes();
        assert_eq!(bytes.len(), 16);
        assert_eq!(Anchors::from_bytes(&bytes), page);
    }
}
