//! Values as a person would write them, for rendered documentation. `TokenStream::to_string` puts spaces around `::` and before
//! parentheses as soon as the tokens have been through a macro.

use proc_macro2::{Delimiter, Spacing, TokenStream, TokenTree};

pub(crate) fn as_written(tokens: &TokenStream) -> String {
    let mut text = Text::default();
    let mut trees = tokens.clone().into_iter().peekable();
    while let Some(tree) = trees.next() {
        match tree {
            TokenTree::Group(group) => text.group(group.delimiter(), &as_written(&group.stream())),
            TokenTree::Punct(first) => {
                let mut operator = String::from(first.as_char());
                // A `?` is an operator of its own, whatever follows.
                let mut spacing = if first.as_char() == '?' { Spacing::Alone } else { first.spacing() };
                while let (Spacing::Joint, Some(TokenTree::Punct(next))) = (spacing, trees.peek()) {
                    operator.push(next.as_char());
                    spacing = next.spacing();
                    trees.next();
                }
                text.operator(&operator);
            }
            word => text.operand(&word.to_string()),
        }
    }
    text.text
}

#[derive(Default)]
struct Text {
    text: String,
    /// What comes next is set off by a space.
    spaced: bool,
    /// What comes next has something to its left to work on.
    after_operand: bool,
    turbofish: usize,
    in_parameters: bool,
}

impl Text {
    fn operand(&mut self, word: &str) {
        self.push(self.spaced, word);
        // What stands behind one of these begins anew.
        let begins = ["if", "match", "in", "return"].contains(&word);
        (self.spaced, self.after_operand) = (true, !begins);
    }

    fn group(&mut self, delimiter: Delimiter, inner: &str) {
        let is_call = self.after_operand && delimiter != Delimiter::Brace;
        let group = match delimiter {
            Delimiter::Parenthesis => format!("({inner})"),
            Delimiter::Bracket => format!("[{inner}]"),
            Delimiter::Brace => format!("{{ {inner} }}"),
            Delimiter::None => inner.to_owned(),
        };
        self.push(self.spaced && !is_call, &group);
        (self.spaced, self.after_operand) = (true, true);
    }

    fn operator(&mut self, operator: &str) {
        if operator.starts_with('|') && (self.in_parameters || !self.after_operand) {
            return self.bar(operator);
        }
        let closes = self.turbofish > 0 && operator.starts_with('>');
        self.turbofish = self.turbofish + usize::from(operator == "::<") - usize::from(closes);
        let is_tight = operator.starts_with("::") || operator.starts_with('.') || closes;
        let (before, after) = match operator {
            _ if is_tight => (false, false),
            "," | ";" | ":" | "?" => (false, true),
            // In front of its operand.
            _ if !self.after_operand => (self.spaced, false),
            _ => (true, true),
        };
        self.push(before, operator);
        (self.spaced, self.after_operand) = (after, operator == "?" || closes);
    }

    /// Around the parameters of a closure.
    fn bar(&mut self, operator: &str) {
        let closes = self.in_parameters || operator == "||";
        self.push(self.spaced && !self.in_parameters, operator);
        self.in_parameters = !closes;
        (self.spaced, self.after_operand) = (closes, false);
    }

    fn push(&mut self, spaced: bool, piece: &str) {
        if spaced && !self.text.is_empty() {
            self.text.push(' ');
        }
        self.text.push_str(piece);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn p17_values_read_as_they_were_written() {
        for text in [
            "5s",
            "\"1.5s\"",
            "self.config.slow * 2",
            "settings::PLACES / 2",
            "::weftwork::secs(5)",
            "parse::<u64>(text)?.max(1)",
            "*patience",
            "&self.pool",
            "max(-1, !flags, a && b)",
            "50ms..2s",
            "100/s",
            "if late { SLOW } else { FAST }",
            "tx = self.pool",
            "list[0] + [1, 2].len()",
            "|error| cached(id).ok_or(error)",
            "when = |error: &Error| error.code() > 1 | 2",
            "move || 1",
            "commit_on(Late { days } if *days < grace)",
        ] {
            let written = as_written(&text.parse().unwrap());
            assert_eq!(written, text.replace("100/s", "100 / s"));
        }
    }
}
