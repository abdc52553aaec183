//! Rows whose cells a kept mend has changed: their results say so.

use super::view::Results;
use crate::model::SheetKind;
use crate::sheet::{CORRECTIONS, Sheets};
use crate::text::{Lang, say};

/// Says of every row which of its cells were taken as `corrections.csv` says.
pub fn tell_corrected(results: &mut Results, sheets: &Sheets, lang: Lang) {
    for kind in SheetKind::ALL {
        let sheet = sheets.get(kind);
        if sheet.corrected_count() == 0 {
            continue;
        }
        for result in results.get_mut(&kind).into_iter().flatten() {
            for cell in sheet.corrected(result.row) {
                let place = format!("{CORRECTIONS}:{}", cell.line);
                let gaps: [(&str, &dyn std::fmt::Display); 4] =
                    [("column", &cell.column), ("was", &cell.was), ("now", &cell.now), ("place", &place)];
                let words = say(lang, "{column}: `{was}` taken as `{now}` ({place})", &gaps);
                if !result.reason.is_empty() {
                    result.reason.push_str("; ");
                }
                result.reason.push_str(&words);
            }
        }
    }
}
