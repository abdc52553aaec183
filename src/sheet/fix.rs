//! Repairs that are certain: what reading has understood in spite of its form is written in the form it is meant in.

use super::Sheet;
use super::split::row_cells;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::SheetKind;

/// One cell, as it stands in the file and as it is meant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repair {
    pub sheet: SheetKind,
    pub place: Place,
    /// Why, in the order of the codes.
    pub codes: Vec<Code>,
    pub before: String,
    pub after: String,
}

/// The repair of a cell, from the findings about it; none where a person has to decide.
pub fn repair(sheet: &Sheet, found: &[Diagnostic]) -> Option<Repair> {
    let place = found.first()?.place.clone();
    let row = sheet.row_of(place.row?)?;
    let before = sheet.cells(row).get(usize::try_from(place.column_index?).ok()?)?.into_owned();
    let mut after = before.clone();
    let mut codes = Vec::new();
    // The whole cell first, then what stands in it.
    let (whole, parts): (Vec<_>, Vec<_>) = found.iter().partition(|finding| finding.code == Code::SpacesRemoved);
    for finding in whole.into_iter().chain(parts) {
        let Some(meant) = meant(finding) else { continue };
        after = if finding.code == Code::SpacesRemoved { meant } else { with_item(&after, &finding.value, &meant) };
        codes.push(finding.code);
    }
    codes.sort_unstable();
    (after != before).then_some(Repair { sheet: sheet.kind, place, codes, before, after })
}

/// The cell with an item of its `;` list replaced: only a whole one, since a number may stand inside another.
fn with_item(cell: &str, item: &str, meant: &str) -> String {
    let one = |part: &str| if part.trim() == item { part.replacen(item, meant, 1) } else { part.to_owned() };
    cell.split(';').map(one).collect::<Vec<_>>().join(";")
}

/// What the finding's text was read as, where that is proven.
fn meant(finding: &Diagnostic) -> Option<String> {
    let argument = match finding.code {
        Code::SpacesRemoved => "text",
        Code::PhoneNational | Code::PhoneTidied | Code::PhoneLostPlus | Code::PhoneLostZero => "phone",
        Code::EmailLowered => return Some(finding.value.to_lowercase()),
        _ => return None,
    };
    finding.args.iter().find(|(name, _)| *name == argument).map(|(_, value)| value.clone())
}

/// The text of the sheet with its cells repaired; everything else stays byte for byte. Repairs come in reading order, one for
/// a cell.
pub fn repaired(sheet: &Sheet, repairs: &[Repair]) -> String {
    let mut text = String::with_capacity(sheet.text.len());
    let mut copied = 0;
    let mut cells = Vec::new();
    for repair in repairs {
        let row = repair.place.row.and_then(|number| sheet.row_of(number)).and_then(|row| sheet.rows.get(row));
        let column = repair.place.column_index.and_then(|at| usize::try_from(at).ok());
        let Some((row, column)) = row.zip(column) else { continue };
        row_cells(&sheet.text, row.start as usize, sheet.dialect, &mut cells);
        let Some(cell) = cells.get(column) else { continue };
        let (from, to) = cell.with_quotes(&sheet.text);
        if from < copied {
            continue;
        }
        text.push_str(&sheet.text[copied..from]);
        text.push_str(&quoted(&repair.after, char::from(sheet.delimiter())));
        copied = to;
    }
    text.push_str(&sheet.text[copied..]);
    text
}

/// A cell as it is written: in quotes where its text would end it otherwise.
fn quoted(cell: &str, delimiter: char) -> String {
    if cell.contains([delimiter, '"', '\n', '\r', '\\']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::{Options, parse};

    fn sheet(text: &str) -> Sheet {
        parse(SheetKind::Users, "users.csv", text.into(), &Options::default(), &mut Vec::new())
    }

    fn found(sheet: &Sheet, code: Code, header: &'static str, value: &str) -> Diagnostic {
        Diagnostic::new(code, sheet.place(0, Some(header))).value(value)
    }

    #[test]
    fn cells_are_repaired_and_nothing_else_changes() {
        let text =
            "email;first_name;phone_number\r\n\" Ana@Acme.example \";\"Ana \"\"A\"\" \";21 123 45 67 ;x\r\n\r\n;;\r\n";
        let sheet = sheet(text);
        let email = [
            found(&sheet, Code::EmailLowered, "email", "Ana@Acme.example"),
            found(&sheet, Code::SpacesRemoved, "email", " Ana@Acme.example ").with("text", "Ana@Acme.example"),
        ];
        let name = [found(&sheet, Code::SpacesRemoved, "first_name", "Ana \"A\" ").with("text", "Ana \"A\"")];
        let phone = [found(&sheet, Code::PhoneNational, "phone_number", "21 123 45 67").with("phone", "+351211234567")];
        let repairs: Vec<Repair> =
            [&email[..], &name, &phone].iter().filter_map(|found| repair(&sheet, found)).collect();
        let meant: Vec<&str> = repairs.iter().map(|repair| repair.after.as_str()).collect();
        assert_eq!(meant, ["ana@acme.example", "Ana \"A\"", "+351211234567 "]);
        let wanted =
            "email;first_name;phone_number\r\nana@acme.example;\"Ana \"\"A\"\"\";+351211234567 ;x\r\n\r\n;;\r\n";
        assert_eq!(repaired(&sheet, &repairs), wanted);
        assert_eq!(repaired(&sheet, &[]), text);
    }

    #[test]
    fn numbers_that_stand_inside_others_are_told_apart() {
        let sheet = sheet("numbers,x\n351211234567; 211234567;+351211234567,\n");
        let sheet = Sheet { kind: SheetKind::Customers, ..sheet };
        let place = Place { column: Some("numbers".into()), column_index: Some(0), ..sheet.place(0, None) };
        let finding =
            |code, value: &str| Diagnostic::new(code, place.clone()).value(value).with("phone", "+351211234567");
        let found = [finding(Code::PhoneNational, "211234567"), finding(Code::PhoneLostPlus, "351211234567")];
        let repair = repair(&sheet, &found).expect("both are certain");
        assert_eq!(repair.after, "+351211234567; +351211234567;+351211234567");
    }

    #[test]
    fn what_a_person_has_to_decide_is_left_alone() {
        let sheet = sheet("email\nana.acme\n");
        assert_eq!(repair(&sheet, &[found(&sheet, Code::EmailMalformed, "email", "ana.acme")]), None);
    }
}
