//! Repairs of cells as a diff for people.

use super::findings::origin;
use super::printable;
use crate::sheet::Repair;
use crate::text::{Lang, phrase, say};

/// Every repair with its place, the cell before and after; and how many there are.
pub fn repairs(repairs: &[Repair], is_applied: bool, lang: Lang) -> String {
    if repairs.is_empty() {
        return format!("{}\n", phrase(lang, "nothing to repair"));
    }
    let mut text = String::new();
    for repair in repairs {
        let codes: Vec<&str> = repair.codes.iter().map(|code| code.id()).collect();
        let column = repair.place.column.as_deref().unwrap_or_default();
        let (before, after) = (printable(&repair.before), printable(&repair.after));
        text.push_str(&format!("{} {column} ({})\n", origin(&repair.place), codes.join(", ")));
        text.push_str(&format!("- `{before}`\n+ `{after}`\n"));
    }
    let words = if is_applied {
        "{cells|* cell was|* cells were} repaired in the copy; look at it, then move its sheets here"
    } else {
        "{cells|* cell|* cells} can be repaired for certain; `turnup fix --apply` writes {cells|it|them} into a copy"
    };
    text + "\n" + &say(lang, words, &[("cells", &repairs.len())]) + "\n"
}
