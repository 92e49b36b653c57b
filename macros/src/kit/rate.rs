//! Rates: `100/s`, `10/min`.

use proc_macro2::{TokenStream, TokenTree};

use super::errors::Errors;
use super::tokens::{is_punct, unwrap_invisible};

/// So many units in so much time.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Rate {
    pub(crate) count: u64,
    pub(crate) unit: &'static str,
}

/// Whether the tokens have the shape of a rate, right or wrong: a number, a slash, a word.
pub(crate) fn looks_like_one(value: &TokenStream) -> bool {
    let trees = trees(value);
    matches!(trees.as_slice(), [TokenTree::Literal(_), _, TokenTree::Ident(_)] if is_punct(trees.get(1), '/'))
}

/// The count may come out of a macro by example, in an invisible group.
fn trees(value: &TokenStream) -> Vec<TokenTree> {
    unwrap_invisible(value).into_iter().flat_map(|tree| unwrap_invisible(&tree.into())).collect()
}

pub(crate) fn parse(value: &TokenStream, errors: &mut Errors) -> Option<Rate> {
    let trees = trees(value);
    let [TokenTree::Literal(count), TokenTree::Punct(slash), TokenTree::Ident(unit)] = trees.as_slice() else {
        errors.at(value, "a rate is a count and a unit of time, `100/s`");
        return None;
    };
    if slash.as_char() != '/' {
        errors.at(slash, "a rate is a count and a unit of time, `100/s`");
        return None;
    }
    let Some(unit_name) = ["ms", "s", "min", "h"].into_iter().find(|known| unit == known) else {
        errors.at(unit, format_args!("`{unit}` is not a unit of a rate\nthe units are `ms`, `s`, `min` and `h`"));
        return None;
    };
    match count.to_string().replace('_', "").parse::<u64>() {
        Ok(0) | Err(_) => {
            errors.at(count, "a rate counts from 1 upwards, `100/s`");
            None
        }
        Ok(count) => Some(Rate { count, unit: unit_name }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (Option<Rate>, Vec<String>) {
        let mut errors = Errors::new();
        let rate = parse(&text.parse().unwrap(), &mut errors);
        (rate, errors.into_messages())
    }

    #[test]
    fn d35_rates() {
        assert_eq!(read("100/s").0, Some(Rate { count: 100, unit: "s" }));
        assert_eq!(read("1_000 / min").0, Some(Rate { count: 1000, unit: "min" }));
        for (text, meant) in [
            ("100", "a count and a unit"),
            ("100/x", "`x` is not a unit"),
            ("0/s", "from 1 upwards"),
            ("1.5/s", "from 1 upwards"),
        ] {
            let (rate, errors) = read(text);
            assert!(rate.is_none() && errors.len() == 1 && errors[0].contains(meant), "{text}: {errors:?}");
        }
    }
}
