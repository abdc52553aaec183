//! What a browser sends: queries and forms, as pairs of texts.

use std::collections::HashMap;

use url::form_urlencoded;

/// The fields of a query or a form; of several with one name the last counts.
#[derive(Debug, Default)]
pub(super) struct Fields(HashMap<String, String>);

impl Fields {
    pub fn parse(text: &[u8]) -> Self {
        Self(form_urlencoded::parse(text).into_owned().collect())
    }

    /// What stands in a field; empty where there is none.
    pub fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// What stands in a field, where there is one.
    pub fn given(&self, name: &str) -> Option<&str> {
        self.0.get(name).map(String::as_str)
    }

    pub fn number(&self, name: &str) -> Option<usize> {
        self.get(name).parse().ok()
    }
}

/// A query of these pairs, without those that say nothing.
pub(super) fn query(pairs: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    for (name, value) in pairs.iter().filter(|(_, value)| !value.is_empty()) {
        query.append_pair(name, value);
    }
    query.finish()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fields_come_and_go() {
        let fields = Fields::parse(b"q=a+b%26c&page=2&page=3");
        assert_eq!((fields.get("q"), fields.number("page"), fields.get("none")), ("a b&c", Some(3), ""));
        assert_eq!(query(&[("q", "a b&c"), ("none", ""), ("page", "3")]), "q=a+b%26c&page=3");
    }
}
