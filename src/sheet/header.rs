//! The header row: which cell means which column.

use std::collections::HashSet;

use crate::diagnostic::{Code, Diagnostic, closest};
use crate::model::SheetKind;
use crate::template::OWNED_SETTINGS;

use super::Sheet;
use super::columns::{Need, Spec, specs};
use super::mapping::Mapping;

/// What a report adds to every row of the results, in order.
pub const RESULT_COLUMNS: [&str; 11] = [
    "result",
    "code",
    "reason",
    "fix",
    "blocked_by",
    "done",
    "missing",
    "webex_id",
    "attempts",
    "tracking_id",
    "finished_at",
];

/// What the files of rejected rows add last: the row's number in the sheet it came from.
pub const ROW_COLUMN: &str = "turnup_row";

/// Does the header come from a report that is being sent back? A sheet may have a column `code` or `reason` of its own.
fn is_of_a_report(header: &[String]) -> bool {
    let has = |name: &str| header.iter().any(|cell| bare(cell) == bare(name));
    has(ROW_COLUMN) || RESULT_COLUMNS.iter().all(|name| has(name))
}

/// What a header cell means.
#[derive(Debug, Clone, Copy)]
pub enum Use {
    /// A column that turnup reads.
    Column(&'static Spec),
    /// A setting that only a template may make; filled cells are an error.
    OwnedByTemplate(&'static str),
    /// A column of an earlier report; dropped.
    Report,
    /// Not known; travels through to the results.
    Unknown,
    /// The header repeats a column; which of the two counts is not certain.
    Repeated(&'static Spec),
    /// An empty header cell.
    Blank,
}

/// Longer header cells name no column: a file without line ends or delimiters is one cell, which is looked at once only.
const NAME_BYTES_MAX: usize = 1000;

/// So many columns of another sheet are no accident.
const CLEARLY_MORE: usize = 3;

/// A header without case, blanks, `_`, `-`, BOM and decoration; one that is too long for a name is only cut.
pub(super) fn bare(header: &str) -> String {
    if header.len() > NAME_BYTES_MAX {
        return header.chars().take(NAME_BYTES_MAX).collect();
    }
    // LibreOffice takes a BOM for three letters when it makes a workbook of a CSV file.
    let header = header.strip_prefix("ï»¿").unwrap_or(header);
    header
        .chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '_' | '-' | '\u{feff}' | '*' | '?'))
        .flat_map(char::to_lowercase)
        .collect()
}

fn means(spec: &Spec, bare_header: &str) -> bool {
    bare(spec.header) == bare_header || spec.aliases.iter().any(|alias| bare(alias) == bare_header)
}

/// How many header cells are known columns.
pub(super) fn known_count(kind: SheetKind, header: &[String], mapping: &Mapping) -> usize {
    uses(kind, header, mapping).iter().filter(|used| matches!(used, Use::Column(_))).count()
}

/// Is every column there that the sheet must have?
pub(super) fn has_all(kind: SheetKind, header: &[String], mapping: &Mapping) -> bool {
    let uses = uses(kind, header, mapping);
    required(kind).all(|spec| has(&uses, spec))
}

fn required(kind: SheetKind) -> impl Iterator<Item = &'static Spec> {
    specs(kind).iter().copied().filter(|spec| spec.need == Need::Always)
}

fn has(uses: &[Use], spec: &Spec) -> bool {
    uses.iter().any(|used| matches!(used, Use::Column(own) if own.header == spec.header))
}

/// Says what every header cell means. The user's mapping goes first; exact headers go before aliases, so that `name` is
/// never taken for another column's alias.
pub(super) fn uses(kind: SheetKind, header: &[String], mapping: &Mapping) -> Vec<Use> {
    let columns = specs(kind);
    let is_mapped = |spec: &&Spec| {
        mapping
            .lines(kind)
            .any(|(column, own, _)| column == spec.header && header.iter().any(|cell| bare(cell) == bare(own)))
    };
    let exact = |cell: &String| {
        let by_name = || columns.iter().copied().find(|spec| bare(spec.header) == bare(cell) && !is_mapped(spec));
        mapping.column(kind, cell).or_else(by_name)
    };
    let exact: Vec<Option<&Spec>> = header.iter().map(exact).collect();
    let from_report = is_of_a_report(header);
    let mut taken: Vec<&str> = Vec::new();
    let mut uses = Vec::with_capacity(header.len());
    for (cell, exact_spec) in header.iter().zip(&exact) {
        let by_alias = || {
            let free = |spec: &&&Spec| !exact.iter().flatten().any(|other| other.header == spec.header);
            columns.iter().filter(free).copied().find(|spec| means(spec, &bare(cell)))
        };
        uses.push(match exact_spec.or_else(by_alias) {
            Some(spec) if taken.contains(&spec.header) => Use::Repeated(spec),
            Some(spec) => {
                taken.push(spec.header);
                Use::Column(spec)
            }
            None => unread(kind, cell, from_report),
        });
    }
    uses
}

fn unread(kind: SheetKind, cell: &str, from_report: bool) -> Use {
    let bare_cell = bare(cell);
    let is = |name: &&str| bare(name) == bare_cell;
    if bare_cell.is_empty() {
        Use::Blank
    } else if from_report && (bare_cell == bare(ROW_COLUMN) || RESULT_COLUMNS.iter().any(&is)) {
        Use::Report
    } else if kind == SheetKind::Customers
        && let Some(setting) = OWNED_SETTINGS.into_iter().find(|name| is(name))
    {
        Use::OwnedByTemplate(setting)
    } else {
        Use::Unknown
    }
}

/// The other sheet that this is: all that must be there in that one is there by its own name, which cannot be said of this
/// one, and nothing is there that this one has alone; or nearly all is there by whatever name, and far more than of this one.
/// Whoever maps columns knows what they have.
pub(super) fn other_sheet(sheet: &Sheet, mapping: &Mapping) -> Option<SheetKind> {
    let names: HashSet<String> =
        sheet.header.iter().filter(|cell| cell.len() <= NAME_BYTES_MAX).map(|cell| bare(cell)).collect();
    let is_named = |spec: &Spec| names.contains(&bare(spec.header));
    let are_named = |kind: SheetKind| required(kind).all(is_named);
    if mapping.lines(sheet.kind).next().is_some() || are_named(sheet.kind) {
        return None;
    }
    let is_column = |used: &Use| matches!(used, Use::Column(_));
    let lacking = |kind: SheetKind, uses: &[Use]| required(kind).filter(|spec| !has(uses, spec)).count();
    let own_lacking = lacking(sheet.kind, &sheet.uses);
    let is_other = |kind: &SheetKind| {
        let theirs = uses(*kind, &sheet.header, mapping);
        let alone = |these: &[Use], those: &[Use]| {
            these.iter().zip(those).filter(|(these, those)| is_column(these) && !is_column(those)).count()
        };
        let (own_alone, their_alone) = (alone(&sheet.uses, &theirs), alone(&theirs, &sheet.uses));
        let their_lacking = lacking(*kind, &theirs);
        let is_clear = their_alone >= CLEARLY_MORE || own_lacking >= their_lacking + CLEARLY_MORE;
        own_alone == 0
            && (are_named(*kind) || (their_lacking <= 1 && own_lacking > their_lacking && their_alone > 0 && is_clear))
    };
    SheetKind::ALL.into_iter().find(|kind| *kind != sheet.kind && is_other(kind))
}

/// Is it no sheet of ours at all? None of its columns is known, nor like one that is. Whoever maps columns knows better.
pub(super) fn is_foreign(sheet: &Sheet, mapping: &Mapping) -> bool {
    let is_unknown = |(cell, used): (&String, &Use)| match used {
        Use::Unknown => near(sheet, cell).is_none(),
        used => matches!(used, Use::Blank),
    };
    mapping.lines(sheet.kind).next().is_none() && sheet.header.iter().zip(&sheet.uses).all(is_unknown)
}

/// What is wrong with the header row.
pub(super) fn findings(sheet: &Sheet, header_row: u32, mapping: &Mapping) -> Vec<Diagnostic> {
    let mut found = Vec::new();
    for (index, (cell, used)) in sheet.header.iter().zip(&sheet.uses).enumerate() {
        let mut place = crate::diagnostic::Place::file(&sheet.file, Some(sheet.kind.name()));
        place.row = Some(header_row);
        place.column_index = u32::try_from(index).ok();
        match used {
            Use::Unknown => {
                place.column = Some(cell.as_str().into());
                found.push(Diagnostic::new(Code::UnknownColumn, place).value(cell).suggest(near(sheet, cell)));
            }
            Use::Repeated(spec) => {
                place.column = Some(spec.header.into());
                found.push(Diagnostic::new(Code::DuplicateColumn, place).value(cell));
            }
            _ => {}
        }
    }
    for spec in required(sheet.kind) {
        if sheet.position(spec.header).is_none() {
            let mut place = crate::diagnostic::Place::file(&sheet.file, Some(sheet.kind.name()));
            place.column = Some(spec.header.into());
            found.push(Diagnostic::new(Code::MissingColumn, place));
        }
    }
    for (column, header, place) in mapping.lines(sheet.kind) {
        if !sheet.header.iter().any(|cell| bare(cell) == bare(header)) {
            let place = crate::diagnostic::Place { column: Some(column.into()), ..place.clone() };
            found.push(Diagnostic::new(Code::MappingUnused, place).value(header));
        }
    }
    found
}

/// The column that a misspelt header probably means: one that the sheet lacks, by its name or another name of it.
fn near(sheet: &Sheet, cell: &str) -> Option<&'static str> {
    let lacking = || specs(sheet.kind).iter().copied().filter(|spec| sheet.position(spec.header).is_none());
    let names = |spec: &'static Spec| spec.aliases.iter().copied().chain([spec.header]);
    let name = closest(cell, lacking().flat_map(names))?;
    lacking().find(|spec| names(spec).any(|known| known == name)).map(|spec| spec.header)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What becomes of each header cell: read, dropped, or carried through.
    fn shown(header: &str) -> Vec<&'static str> {
        let cells: Vec<String> = header.split(',').map(str::to_owned).collect();
        let word = |used: &Use| match used {
            Use::Column(_) => "read",
            Use::Report => "dropped",
            Use::Unknown => "carried",
            Use::OwnedByTemplate(_) => "the template's",
            Use::Repeated(_) => "repeated",
            Use::Blank => "blank",
        };
        uses(SheetKind::Customers, &cells, &Mapping::default()).iter().map(word).collect()
    }

    #[test]
    fn columns_of_a_report_are_dropped_only_from_a_report() {
        assert_eq!(shown("reason,External ID,turnup_row"), ["dropped", "read", "dropped"]);
        assert_eq!(shown("external-id,code,reason"), ["read", "carried", "carried"]);
        let results = format!("external_id,{}", RESULT_COLUMNS.join(","));
        assert!(shown(&results)[1..].iter().all(|word| *word == "dropped"));
    }

    #[test]
    fn the_users_mapping_goes_first() {
        let place = crate::diagnostic::Place::file(&"turnup.toml".into(), None);
        let mut mapping = Mapping::default();
        assert!(mapping.add(SheetKind::Users, "email", "Correio", place.clone()));
        assert!(!mapping.add(SheetKind::Users, "e-mal", "Correio", place));
        let header = ["correio".to_owned(), "email".to_owned(), "package".to_owned()];
        let shown: Vec<_> = uses(SheetKind::Users, &header, &mapping)
            .iter()
            .map(|used| if let Use::Column(spec) = used { spec.header } else { "-" })
            .collect();
        assert_eq!(shown, ["email", "-", "package"]);
    }

    #[test]
    fn a_copy_of_another_sheet_is_known_by_its_header() {
        let other = |kind: SheetKind, header: &str| {
            let mut found = Vec::new();
            let (file, options) = (crate::sheet::file_name(kind), crate::sheet::Options::default());
            crate::sheet::parse(kind, &file, format!("{header}\n").into(), &options, &mut found);
            found.iter().find_map(|found| found.arg("other").map(str::to_owned))
        };
        let header = |kind| specs(kind).iter().map(|spec| spec.header).collect::<Vec<_>>().join(",");
        for kind in SheetKind::ALL {
            for of in SheetKind::ALL {
                let expected = (kind != of).then(|| of.name().to_owned());
                assert_eq!(other(kind, &header(of)), expected, "{of:?} as {kind:?}");
            }
        }
        // One sheet for all, and one whose own columns have names of their own.
        let all = SheetKind::ALL.map(header).join(",");
        assert!(SheetKind::ALL.iter().all(|kind| other(*kind, &all).is_none()));
        let users = format!("{},E-mail,First name,Last name,Package", header(SheetKind::Locations));
        assert_eq!(other(SheetKind::Users, &users), None);
        assert_eq!(other(SheetKind::Users, "customer_external_id,name"), None, "it is none of them");
        // In words of their own, or with a column that is missing there too.
        let customers = "ID externo,Empresa,E-mail do administrador,Modelo,Pacotes,Endereço,Cidade,País";
        let customers = customers.replace("E-mail do administrador", "email_do_administrador");
        let locations = "Cliente,Nome,Endereço,Cidade,Código,País,Fuso horário";
        let users = "Cliente,Nome,Sobrenome,E-mail,Pacote,Ramal";
        for (header, kind) in [
            (customers.as_str(), SheetKind::Customers),
            (&customers.replace("Modelo,", ""), SheetKind::Customers),
            (locations, SheetKind::Locations),
            (users, SheetKind::Users),
            (&users.replace(",Pacote", ""), SheetKind::Users),
        ] {
            for under in SheetKind::ALL.into_iter().filter(|under| *under != kind) {
                assert_eq!(other(under, header).as_deref(), Some(kind.name()), "{header} as {under:?}");
            }
            assert_eq!(other(kind, header), None, "{header}");
        }
    }

    #[test]
    fn a_sheet_that_lacks_columns_is_still_itself() {
        let other = |kind: SheetKind, header: &[&str]| {
            let mut found = Vec::new();
            let file = crate::sheet::file_name(kind);
            crate::sheet::parse(kind, &file, header.join(",").into(), &crate::sheet::Options::default(), &mut found);
            found.iter().find_map(|found| found.arg("other").map(str::to_owned))
        };
        for kind in SheetKind::ALL {
            let header: Vec<&str> = specs(kind).iter().map(|spec| spec.header).collect();
            for first in 0..header.len() {
                for second in first..header.len() {
                    let lacks = |at: usize| at == first || at == second;
                    let left: Vec<&str> = (0..header.len()).filter(|at| !lacks(*at)).map(|at| header[at]).collect();
                    assert_eq!(other(kind, &left), None, "{kind:?} without {} and {}", header[first], header[second]);
                }
            }
        }
    }

    #[test]
    fn a_file_of_one_long_line_is_answered_at_once() {
        let mut found = Vec::new();
        let options = crate::sheet::Options::default();
        let began = std::time::Instant::now();
        crate::sheet::parse(SheetKind::Users, "users.csv", "A".repeat(5_000_000).into(), &options, &mut found);
        assert!(began.elapsed().as_secs() < 60, "it took {:?}", began.elapsed());
        let told: Vec<_> = found.iter().map(|found| found.code).collect();
        assert_eq!(told, [Code::ForeignSheet]);
    }

    #[test]
    fn headers_are_known_however_they_are_written() {
        assert_eq!(
            shown("\u{feff}EXTERNAL_ID,Empresa,subscription,,external id"),
            ["read", "read", "the template's", "blank", "repeated"]
        );
    }
}
