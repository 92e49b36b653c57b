//! One comparison, as a line of the table and as JSON.

/// What the two figures of a row count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    NsPerItem,
    NsPerCall,
    Micros,
    Allocations,
    Bytes,
    Polls,
}

impl Unit {
    fn name(self) -> &'static str {
        match self {
            Self::NsPerItem => "ns/item",
            Self::NsPerCall => "ns/call",
            Self::Micros => "us",
            Self::Allocations => "allocations",
            Self::Bytes => "bytes",
            Self::Polls => "polls",
        }
    }

    /// A figure with as many digits as it deserves: counts are whole, times keep three or four.
    fn show(self, value: f64) -> String {
        match self {
            Self::Allocations | Self::Bytes | Self::Polls => format!("{value:.0}"),
            _ if value < 10.0 => format!("{value:.2}"),
            _ if value < 1000.0 => format!("{value:.1}"),
            _ => format!("{value:.0}"),
        }
    }
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Row {
    pub(crate) area: &'static str,
    pub(crate) case: String,
    pub(crate) ours: f64,
    pub(crate) peer: &'static str,
    pub(crate) theirs: f64,
    pub(crate) unit: Unit,
}

pub(crate) fn header() -> String {
    columns("area", "case", "ours", "peer", "theirs", "ratio", "unit")
}

impl Row {
    /// Ours to theirs, less is better. Nothing to nothing is even; something to nothing has no ratio.
    pub(crate) fn ratio(&self) -> Option<f64> {
        if self.ours == self.theirs {
            Some(1.0)
        } else if self.theirs == 0.0 {
            None
        } else {
            Some(self.ours / self.theirs)
        }
    }

    pub(crate) fn line(&self) -> String {
        let ratio = self.ratio().map_or_else(|| "-".to_owned(), |ratio| format!("{ratio:.2}"));
        let (ours, theirs) = (self.unit.show(self.ours), self.unit.show(self.theirs));
        columns(self.area, &self.case, &ours, self.peer, &theirs, &ratio, self.unit.name())
    }

    pub(crate) fn json(&self) -> String {
        let ratio = self.ratio().map_or_else(|| "null".to_owned(), |ratio| format!("{ratio:.4}"));
        format!(
            r#"{{"area":{},"case":{},"ours":{},"peer":{},"theirs":{},"ratio":{ratio},"unit":{}}}"#,
            quoted(self.area),
            quoted(&self.case),
            self.unit.show(self.ours),
            quoted(self.peer),
            self.unit.show(self.theirs),
            quoted(self.unit.name()),
        )
    }
}

/// Fixed widths: a row is printed as soon as it is known.
fn columns(area: &str, case: &str, ours: &str, peer: &str, theirs: &str, ratio: &str, unit: &str) -> String {
    format!("{area:<12}  {case:<38}  {ours:>9}  {peer:<26}  {theirs:>9}  {ratio:>6}  {unit}")
}

/// A JSON string. The texts are ours, so there are no control characters.
fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\""))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(ours: f64, theirs: f64, unit: Unit) -> Row {
        Row { area: "generator", case: "integers".into(), ours, peer: "async-stream", theirs, unit }
    }

    #[test]
    fn json_is_one_object_with_the_fields_in_order() {
        assert_eq!(
            row(1.5, 3.0, Unit::NsPerItem).json(),
            r#"{"area":"generator","case":"integers","ours":1.50,"peer":"async-stream","theirs":3.00,"ratio":0.5000,"unit":"ns/item"}"#
        );
    }

    #[test]
    fn json_escapes_names() {
        let row = Row { case: r#"a "b" \c"#.into(), ..row(1.0, 1.0, Unit::Bytes) };
        assert!(row.json().contains(r#""case":"a \"b\" \\c""#), "{}", row.json());
    }

    #[test]
    fn a_ratio_to_nothing() {
        assert_eq!(row(0.0, 0.0, Unit::Allocations).ratio(), Some(1.0));
        assert_eq!(row(0.0, 4.0, Unit::Allocations).ratio(), Some(0.0));
        let worse = row(3.0, 0.0, Unit::Allocations);
        assert_eq!(worse.ratio(), None);
        assert!(worse.json().contains(r#""ratio":null"#));
        assert!(worse.line().contains(" - "));
    }

    #[test]
    fn lines_are_aligned_with_the_header() {
        let line = row(1.5, 3.0, Unit::NsPerItem).line();
        for (title, value) in [("case", "integers"), ("peer", "async-stream"), ("unit", "ns/item")] {
            assert_eq!(header().find(title), line.find(value), "{line}");
        }
        let end = |text: &str, part: &str| text.find(part).map(|start| start + part.len());
        assert_eq!(end(&header(), "ratio"), end(&line, "0.50"));
    }

    #[test]
    fn figures_keep_the_digits_they_deserve() {
        assert_eq!(Unit::NsPerCall.show(1.234), "1.23");
        assert_eq!(Unit::Micros.show(12.345), "12.3");
        assert_eq!(Unit::Micros.show(1234.5), "1234");
        assert_eq!(Unit::Bytes.show(48.0), "48");
        assert_eq!(Unit::Allocations.show(10_015.0), "10015");
    }
}
