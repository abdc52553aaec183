//! Values by column, packed: a plan may hold a million steps with a handful of values each.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// Values by column, sorted, in one piece of text. Stored as a map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Fields {
    text: Box<str>,
    /// Where each column and each value ends, in turns.
    ends: Box<[u32]>,
}

impl Fields {
    /// Every column with its value, in the order of the columns.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        let begin = |at: usize| at.checked_sub(1).map_or(0, |before| self.ends[before] as usize);
        let piece = move |at: usize| &self.text[begin(at)..self.ends[at] as usize];
        (0..self.ends.len() / 2).map(move |pair| (piece(2 * pair), piece(2 * pair + 1)))
    }

    /// The value of a column.
    pub fn get(&self, column: &str) -> Option<&str> {
        self.iter().find_map(|(of, value)| (of == column).then_some(value))
    }

    /// The same as a map.
    pub fn to_map(&self) -> BTreeMap<String, String> {
        self.iter().map(|(column, value)| (column.to_owned(), value.to_owned())).collect()
    }
}

impl From<BTreeMap<String, String>> for Fields {
    fn from(map: BTreeMap<String, String>) -> Self {
        let mut text = String::with_capacity(map.iter().map(|(column, value)| column.len() + value.len()).sum());
        let mut ends = Vec::with_capacity(2 * map.len());
        for piece in map.iter().flat_map(|(column, value)| [column, value]) {
            text.push_str(piece);
            ends.push(u32::try_from(text.len()).expect("the values of a row are short"));
        }
        Self { text: text.into(), ends: ends.into() }
    }
}

impl Serialize for Fields {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_map(self.iter())
    }
}

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        BTreeMap::deserialize(from).map(|map: BTreeMap<String, String>| map.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packed_values_are_what_went_in() {
        let pairs = [("city", "Évora"), ("address_line2", ""), ("package", "webex_calling")];
        let map: BTreeMap<String, String> =
            pairs.iter().map(|(column, value)| ((*column).to_owned(), (*value).to_owned())).collect();
        let fields = Fields::from(map.clone());
        assert_eq!(fields.to_map(), map);
        assert_eq!(
            (fields.get("city"), fields.get("address_line2"), fields.get("name")),
            (Some("Évora"), Some(""), None)
        );
        let text = serde_json::to_string(&fields).expect("a map");
        assert_eq!(text, serde_json::to_string(&map).expect("a map"));
        assert_eq!(serde_json::from_str::<Fields>(&text).expect("the same"), fields);
        assert_eq!(Fields::default().to_map(), BTreeMap::new());
    }
}
