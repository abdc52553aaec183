//! Blank sheets, made from the columns that the reader knows.

use crate::model::SheetKind;

use super::columns::specs;

/// A sheet with nothing but its header, as CSV text.
pub fn blank(kind: SheetKind) -> String {
    let headers: Vec<_> = specs(kind).iter().map(|spec| spec.header).collect();
    headers.join(",") + "\r\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Options, Sheets, UserReader, parse, rows};

    /// A sheet whose one row holds every column's example.
    fn with_examples(kind: SheetKind) -> Vec<u8> {
        let mut writer = csv::Writer::from_writer(Vec::new());
        writer.write_record(specs(kind).iter().map(|spec| spec.header)).expect("memory takes it");
        writer.write_record(specs(kind).iter().map(|spec| spec.example)).expect("memory takes it");
        writer.into_inner().expect("memory takes it")
    }

    #[test]
    fn a_blank_sheet_has_no_findings_and_every_example_can_be_read() {
        let mut found = Vec::new();
        for kind in SheetKind::ALL {
            let sheet = parse(kind, "sheet.csv", blank(kind).into_bytes(), &Options::default(), &mut found);
            assert_eq!((sheet.uses.len(), sheet.row_count()), (specs(kind).len(), 0));
        }
        let [customers, locations, users] =
            SheetKind::ALL.map(|kind| parse(kind, "sheet.csv", with_examples(kind), &Options::default(), &mut found));
        let mut sheets = Sheets { customers, locations, users, found };
        let (rows, found) = rows(&sheets);
        sheets.found.extend(found);
        let user = UserReader::new(&sheets.users).read(0, &mut sheets.found.clone());
        assert!(user.email.is_some() && user.extension.is_some());
        assert!(sheets.found.is_empty(), "{:?}", sheets.found);
        assert!(rows.customers[0].packages.is_some() && rows.locations[0].name.is_some());
    }

    #[test]
    fn no_alias_means_two_columns() {
        for kind in SheetKind::ALL {
            let mut names: Vec<String> = Vec::new();
            for spec in specs(kind) {
                let mut own: Vec<_> =
                    spec.aliases.iter().chain([&spec.header]).map(|name| crate::sheet::header::bare(name)).collect();
                own.sort();
                own.dedup();
                names.extend(own);
            }
            let count = names.len();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), count, "{kind}");
        }
    }
}
