//! What a link checker reads in a page: where it links to and which fragments lead into it.

use std::convert::Infallible;

use html5gum::emitters::callback::{CallbackEmitter, CallbackEvent};
use html5gum::{Span, Tokenizer};

use crate::linkcheck::anchors::Anchors;

/// The parts of an HTML page that matter here. Links stand as they were written.
#[derive(Debug, Default)]
pub(crate) struct Document {
    /// The `href` of the first `<base>` that has one.
    pub(crate) base: Option<String>,
    /// In document order, with repetitions.
    pub(crate) links: Vec<Link>,
    /// Every `id`, and the `name` of every `<a>`.
    pub(crate) anchors: Anchors,
    /// Where `<meta http-equiv="refresh">` leads at once, without a delay.
    pub(crate) moved_to: Option<String>,
}

/// A link as written in a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) href: String,
    /// The line it stands in, from 1.
    pub(crate) line: u32,
}

impl Document {
    /// Reads a page. Broken markup is read as a browser's tokenizer reads it.
    pub(crate) fn parse(source: &[u8]) -> Self {
        let mut reader = Reader { source, ..Reader::default() };
        let mut emitter = CallbackEmitter::<_, Infallible, usize>::new(|event: CallbackEvent<'_>, span: Span<usize>| {
            reader.see(&event, span);
            None
        });
        // Text in <script>, <style>, <title> and their like is not markup.
        emitter.naively_switch_states(true);
        match Tokenizer::new_with_emitter(source, emitter).finish() {
            Ok(()) => {}
            Err(never) => match never {},
        }
        reader.document.anchors.seal();
        reader.document
    }
}

/// The attributes that are kept of a tag; the first one of a name counts.
const ATTRIBUTES: [&[u8]; 11] =
    [b"id", b"href", b"src", b"name", b"rel", b"srcset", b"poster", b"data", b"content", b"http-equiv", b"type"];

#[derive(Default)]
struct Reader<'a> {
    source: &'a [u8],
    /// Up to where newlines are counted.
    counted: usize,
    newlines: u32,
    tag: Vec<u8>,
    tag_start: usize,
    attributes: Vec<(&'static [u8], String)>,
    /// Whether the value that comes next belongs to the last of `attributes`.
    keep_value: bool,
    document: Document,
}

impl Reader<'_> {
    fn see(&mut self, event: &CallbackEvent<'_>, span: Span<usize>) {
        match event {
            CallbackEvent::OpenStartTag { name } => {
                self.tag.clear();
                self.tag.extend_from_slice(name);
                self.tag_start = span.start;
                self.attributes.clear();
                self.keep_value = false;
            }
            CallbackEvent::AttributeName { name } => {
                let known = ATTRIBUTES.into_iter().find(|known| known == name);
                let known = known.filter(|known| self.attribute(known).is_none());
                self.keep_value = known.is_some();
                self.attributes.extend(known.map(|name| (name, String::new())));
            }
            CallbackEvent::AttributeValue { value } if self.keep_value => {
                if let Some((_, kept)) = self.attributes.last_mut() {
                    *kept = String::from_utf8_lossy(value).into_owned();
                }
            }
            CallbackEvent::CloseStartTag { .. } => self.end_of_tag(),
            _ => {}
        }
    }

    fn attribute(&self, name: &[u8]) -> Option<&str> {
        let mut kept = self.attributes.iter();
        kept.find_map(|(known, value)| (*known == name).then_some(value.as_str()))
    }

    fn end_of_tag(&mut self) {
        if self.attributes.is_empty() {
            return;
        }
        if let Some(id) = self.attribute(b"id").filter(|id| !id.is_empty()).map(str::to_owned) {
            self.document.anchors.add(&id);
        }
        let tag = std::mem::take(&mut self.tag);
        match &*tag {
            b"a" => {
                if let Some(name) = self.attribute(b"name").map(str::to_owned) {
                    self.document.anchors.add(&name);
                }
                self.link(b"href");
            }
            b"area" => self.link(b"href"),
            b"link" if self.is_fetched() => self.link(b"href"),
            b"base" => {
                let href = self.attribute(b"href").map(str::to_owned);
                self.document.base = self.document.base.take().or(href);
            }
            b"img" | b"source" => {
                self.link(b"src");
                self.candidates();
            }
            b"video" => {
                self.link(b"src");
                self.link(b"poster");
            }
            b"script" | b"iframe" | b"frame" | b"audio" | b"embed" | b"track" => self.link(b"src"),
            b"input" if self.attribute(b"type").is_some_and(|kind| kind.eq_ignore_ascii_case("image")) => {
                self.link(b"src");
            }
            b"object" => self.link(b"data"),
            b"meta" => self.refresh(),
            _ => {}
        }
        self.tag = tag;
    }

    /// `preconnect` and `dns-prefetch` name a host, not something to fetch.
    fn is_fetched(&self) -> bool {
        let rel = self.attribute(b"rel").unwrap_or_default();
        !rel.split_ascii_whitespace()
            .any(|word| word.eq_ignore_ascii_case("preconnect") || word.eq_ignore_ascii_case("dns-prefetch"))
    }

    fn link(&mut self, attribute: &[u8]) {
        if let Some(href) = self.attribute(attribute).map(str::to_owned) {
            self.add(href);
        }
    }

    /// The images of a `srcset`: `a.png 1x, b.png 2x`.
    fn candidates(&mut self) {
        let set = self.attribute(b"srcset").unwrap_or_default().to_owned();
        let mut rest = set.trim_start_matches(|c: char| c == ',' || c.is_ascii_whitespace());
        while !rest.is_empty() {
            let end = rest.find(|c: char| c.is_ascii_whitespace()).unwrap_or(rest.len());
            let (address, after) = rest.split_at(end);
            let bare = address.trim_end_matches(',');
            self.add(bare.to_owned());
            // Without a comma at its end, a width or density follows, up to the next comma.
            let after = match after.find(',') {
                Some(comma) if bare.len() == address.len() => &after[comma..],
                None if bare.len() == address.len() => "",
                _ => after,
            };
            rest = after.trim_start_matches(|c: char| c == ',' || c.is_ascii_whitespace());
        }
    }

    /// `<meta http-equiv="refresh" content="5; url=other.html">` leads on like a link, without a delay like a redirect.
    fn refresh(&mut self) {
        let is_refresh = self.attribute(b"http-equiv").is_some_and(|kind| kind.eq_ignore_ascii_case("refresh"));
        let content = self.attribute(b"content").unwrap_or_default();
        let Some((delay, target)) = content.split_once([';', ',']).filter(|_| is_refresh) else {
            return;
        };
        let at_once = delay.trim().parse() == Ok(0.0);
        let target = refresh_target(target).to_owned();
        if target.is_empty() {
            return;
        }
        if at_once && self.document.moved_to.is_none() {
            self.document.moved_to = Some(target.clone());
        }
        self.add(target);
    }

    fn add(&mut self, href: String) {
        let line = self.line();
        self.document.links.push(Link { href, line });
    }

    /// The line of the current tag. Tags come in order, so each newline is counted once.
    fn line(&mut self) -> u32 {
        let start = self.tag_start.min(self.source.len());
        if start > self.counted {
            let newlines = self.source[self.counted..start].iter().filter(|byte| **byte == b'\n');
            self.newlines += u32::try_from(newlines.count()).unwrap_or(u32::MAX);
            self.counted = start;
        }
        self.newlines + 1
    }
}

/// The URL in what follows the delay: `url=other.html`, `URL = 'other.html'`, `other.html`.
fn refresh_target(text: &str) -> &str {
    let text = text.trim();
    let target = match text.get(..3) {
        Some(start) if start.eq_ignore_ascii_case("url") => {
            text[3..].trim_start().strip_prefix('=').map_or(text, str::trim_start)
        }
        _ => text,
    };
    match target.chars().next() {
        Some(quote @ ('"' | '\'')) => target[1..].split(quote).next().unwrap_or_default(),
        _ => target,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hrefs(source: &str) -> Vec<String> {
        let document = Document::parse(source.as_bytes());
        document.links.into_iter().map(|link| link.href).collect()
    }

    #[test]
    fn links_are_found_where_a_browser_finds_them() {
        let found = hrefs(
            "<a href=one>1</a><A HREF='two'>2</A><area href=\"three\"><link rel=stylesheet href=four.css>
             <img src=five.png><script src=six.js></script><iframe src=seven></iframe>
             <video src=eight poster=nine><source src=ten></video><audio src=eleven></audio>
             <object data=twelve></object><input type=image src=thirteen>",
        );
        let expected = [
            "one", "two", "three", "four.css", "five.png", "six.js", "seven", "eight", "nine", "ten", "eleven", "twelve",
            "thirteen",
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn what_is_not_a_link_is_left_out() {
        let found = hrefs(
            "<!-- <a href=comment> --><script>'<a href=script>'</script><style><a href=style></style>
             <title><a href=title></title><textarea><a href=text></textarea><link rel=preconnect href=//host>
             <a>none</a><input src=x><p href=y></p href=z>",
        );
        assert_eq!(found, Vec::<String>::new());
    }

    #[test]
    fn entities_are_decoded_and_the_first_attribute_counts() {
        assert_eq!(hrefs("<a href='x?a=1&amp;b=2' href=other>"), ["x?a=1&b=2"]);
        assert_eq!(hrefs("<a href>"), [""]);
        assert_eq!(hrefs("<a href=\"\" href=x>"), [""]);
    }

    #[test]
    fn lines_are_counted_from_one() {
        let document = Document::parse(b"<a href=a>\n\r\n\n<p>\n <a\n href=b><a href=c>");
        let lines: Vec<_> = document.links.iter().map(|link| link.line).collect();
        assert_eq!(lines, [1, 5, 6]);
    }

    #[test]
    fn the_first_base_with_a_href_counts() {
        let document = Document::parse(b"<base target=_top><base href=/a/><base href=/b/>");
        assert_eq!(document.base.as_deref(), Some("/a/"));
    }

    #[test]
    fn ids_and_names_are_anchors() {
        let document = Document::parse("<h1 id=one><a name=two><p name=three><p id='vi&amp;er'><p id=ä>".as_bytes());
        for present in ["one", "two", "vi&er", "vi%26er", "%C3%A4", "ä"] {
            assert!(document.anchors.contains(present), "{present}");
        }
        assert!(!document.anchors.contains("three"));
    }

    #[test]
    fn srcset_and_refresh_lead_on() {
        assert_eq!(hrefs("<img srcset='a.png, b.png 2x,c,d.png 100w, e.png'>"), ["a.png", "b.png", "c,d.png", "e.png"]);
        assert_eq!(hrefs("<meta http-equiv=Refresh content='0; URL = \"next.html\"'>"), ["next.html"]);
        assert_eq!(hrefs("<meta http-equiv=refresh content='5;next.html'>"), ["next.html"]);
        let moved = |source: &str| Document::parse(source.as_bytes()).moved_to;
        assert_eq!(moved("<meta http-equiv=refresh content='0;URL=x'>").as_deref(), Some("x"));
        assert_eq!(moved("<meta http-equiv=refresh content='1;URL=x'>"), None);
        assert!(hrefs("<meta http-equiv=refresh content=30><meta name=x content='0;url=y'>").is_empty());
    }
}
