//! Which sheet a file probably is, told by its header or its name, where it is not called like one.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::dialect::{DELIMITERS, header_cells, take_separator_line};
use super::encoding::decode;
use super::file::{Options, WORKBOOK, file_name};
use super::header::{self, Use};
use super::mapping::Mapping;
use super::workbook::{FileType, kind};
use super::{original, specs};
use crate::model::SheetKind;

/// How much of a file is looked at for its header.
const BEGINNING_BYTES: u64 = 64 << 10;
/// Columns of one sheet weigh so much less than those of another: a column of the user's own may bear any name.
const OTHERS_WEIGH: usize = 3;
/// So many files are named at most.
const NAMED_MAX: usize = 3;

/// What people call the sheets, without accents, blanks, `_` and `-`.
const WORDS: [(SheetKind, &[&str]); 3] = [
    (SheetKind::Customers, &["customer", "client", "empresa"]),
    (SheetKind::Locations, &["location", "locais", "local", "filia", "branch"]),
    (SheetKind::Users, &["user", "usuario", "utilizador"]),
];
/// What people call the workbook.
const WORKBOOK_WORDS: [&str; 3] = ["workbook", "planilha", "book1"];

/// The sheet whose columns these are, by their own names or else by others; none where that is not certain.
pub(super) fn by_header(header: &[String], mapping: &Mapping) -> Option<SheetKind> {
    let named = SheetKind::ALL.map(|kind| {
        let is_named = |cell: &String| specs(kind).iter().any(|spec| header::bare(spec.header) == header::bare(cell));
        header.iter().map(is_named).collect::<Vec<_>>()
    });
    let read = SheetKind::ALL.map(|kind| {
        let uses = header::uses(kind, header, mapping);
        uses.iter().map(|used| matches!(used, Use::Column(_))).collect::<Vec<_>>()
    });
    the_one(&named).or_else(|| the_one(&read))
}

/// The one of the sheets that has far more of the columns than any other.
fn the_one(columns: &[Vec<bool>; 3]) -> Option<SheetKind> {
    let alone = |of: usize, other: usize| {
        columns[of].iter().zip(&columns[other]).filter(|(has, other)| **has && !**other).count()
    };
    let is_it = |of: &usize| {
        (0..columns.len()).all(|other| other == *of || alone(*of, other) > OTHERS_WEIGH * alone(other, *of))
    };
    (0..columns.len()).find(is_it).map(|at| SheetKind::ALL[at])
}

/// The sheet that a text has the columns of.
pub(super) fn by_text(bytes: &[u8], options: &Options) -> Option<SheetKind> {
    let most = usize::try_from(BEGINNING_BYTES).unwrap_or(usize::MAX);
    let end =
        if bytes.len() < most { bytes.len() } else { memchr::memrchr(b'\n', &bytes[..most]).map_or(most, |at| at + 1) };
    let mut text = decode(bytes[..end].to_vec(), options.encoding).ok()?.text;
    let headers: Vec<Vec<String>> = match take_separator_line(&mut text) {
        Some(named) => vec![header_cells(&text, named)],
        None => DELIMITERS.iter().map(|delimiter| header_cells(&text, *delimiter)).collect(),
    };
    let header = headers.into_iter().rev().max_by_key(Vec::len)?;
    by_header(&header, &options.mapping)
}

/// The files of a folder that probably are the sheets that it lacks, each with what it should be called or saved as.
pub(super) fn near(folder: &Path, lacking: &[SheetKind]) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    // Whoever opens a pipe waits for somebody who writes into it.
    let is_file = |entry: &std::fs::DirEntry| std::fs::metadata(entry.path()).is_ok_and(|of| of.is_file());
    let names = entries.flatten().filter(is_file).filter_map(|entry| entry.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| !name.starts_with(['.', '~'])).collect();
    names.sort();
    let cures = names.iter().filter_map(|name| {
        let is_sheet = lacking.iter().any(|kind| *name == file_name(*kind));
        if is_sheet { None } else { cure(folder, name, lacking) }
    });
    cures.take(NAMED_MAX).collect()
}

/// How a file becomes the sheet that it probably is.
fn cure(folder: &Path, name: &str, lacking: &[SheetKind]) -> Option<String> {
    let of = original(name).unwrap_or_else(|| name.to_owned()).to_lowercase();
    let (mut stem, ending) = of.rsplit_once('.').unwrap_or((&of, ""));
    // Where endings are not shown, a file gets a second one.
    stem = stem.strip_suffix(".csv").or_else(|| stem.strip_suffix(".xlsx")).unwrap_or(stem);
    let form = Form::of(ending)?;
    if stem.contains('.') {
        // Such as users.rejected.csv.
        return None;
    }
    let bare = bare(stem);
    let begins = |words: &[&str]| words.iter().any(|word| bare.starts_with(word));
    let all_lacking = lacking.len() == SheetKind::ALL.len();
    let by_name = WORDS.iter().find(|(_, words)| begins(words)).map(|(kind, _)| *kind);
    if form != Form::Text && all_lacking && by_name.is_none() {
        let is_called = begins(&WORKBOOK_WORDS);
        return (form == Form::Xlsx || is_called).then(|| match form {
            Form::Xlsx => format!("`{name}` lies there: call it {WORKBOOK} if it has the three sheets"),
            _ => format!("`{name}` lies there: open it and save it as {WORKBOOK}"),
        });
    }
    let by_header = || {
        let mut bytes = Vec::new();
        File::open(folder.join(name)).ok()?.take(BEGINNING_BYTES).read_to_end(&mut bytes).ok()?;
        if kind(&bytes) == FileType::Text { by_text(&bytes, &Options::default()) } else { None }
    };
    let of_text = if form == Form::Text { by_header() } else { None };
    let kind = of_text.or(by_name).filter(|kind| lacking.contains(kind))?;
    Some(match form {
        Form::Text => format!("`{name}` lies there: call it {kind}.csv"),
        Form::Xlsx => format!("`{name}` lies there: call it {kind}.xlsx"),
        Form::Other => format!("`{name}` lies there: open it and save it as {kind}.xlsx or {kind}.csv"),
    })
}

/// What a file is by its ending.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    Text,
    Xlsx,
    /// A spreadsheet that is not read.
    Other,
}

impl Form {
    fn of(ending: &str) -> Option<Self> {
        match ending {
            "" | "csv" | "tsv" | "tab" | "txt" => Some(Self::Text),
            "xlsx" => Some(Self::Xlsx),
            "xlsm" | "xlsb" | "xls" | "xltx" | "ods" | "fods" | "numbers" => Some(Self::Other),
            _ => None,
        }
    }
}

/// A name without accents, blanks, `_` and `-`.
fn bare(name: &str) -> String {
    use unicode_normalization::UnicodeNormalization;
    name.nfd().filter(char::is_ascii_alphanumeric).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind_of(header: &str) -> Option<SheetKind> {
        by_text(header.as_bytes(), &Options::default())
    }

    #[test]
    fn a_header_tells_its_sheet() {
        let whole = |kind| specs(kind).iter().map(|spec| spec.header).collect::<Vec<_>>().join(";");
        for kind in SheetKind::ALL {
            assert_eq!(kind_of(&whole(kind)), Some(kind));
            assert_eq!(kind_of(&format!("reason;{};turnup_row\nx;y", whole(kind))), Some(kind));
        }
        for (header, kind) in [
            ("turnup_row,email", Some(SheetKind::Users)),
            ("email,extension,turnup_row", Some(SheetKind::Users)),
            ("Cliente,Nome,Sobrenome,E-mail,Pacote", Some(SheetKind::Users)),
            ("sep=;\nID externo;Empresa;Modelo;Pacotes", Some(SheetKind::Customers)),
            ("customer_external_id,name,timezone", Some(SheetKind::Locations)),
            ("external_id,name,template,packages,email", Some(SheetKind::Customers)),
            ("name,city,country", None),
            ("turnup_row", None),
            ("a,b", None),
            ("", None),
        ] {
            assert_eq!(kind_of(header), kind, "{header}");
        }
    }

    #[test]
    fn files_that_are_nearly_called_like_sheets_are_named_with_the_cure() {
        let users = "customer_external_id,first_name,last_name,email,package\n";
        for (name, text, told) in [
            ("Users.csv", "", Some("call it users.csv")),
            ("USERS.CSV", "", Some("call it users.csv")),
            ("users.XLSX", "", Some("call it users.xlsx")),
            ("users.tsv", "", Some("call it users.csv")),
            ("users.txt", "", Some("call it users.csv")),
            ("users.csv.txt", "", Some("call it users.csv")),
            ("users", "", Some("call it users.csv")),
            ("users (1).csv", "", Some("call it users.csv")),
            ("usuarios.csv", "", Some("call it users.csv")),
            ("Usuários novembro.xlsx", "", Some("call it users.xlsx")),
            ("Utilizadores.ods", "", Some("open it and save it as users.xlsx or users.csv")),
            ("users.xls", "", Some("open it and save it as users.xlsx or users.csv")),
            ("users.xlsm", "", Some("open it and save it as users.xlsx or users.csv")),
            ("export-2026.csv", users, Some("call it users.csv")),
            ("export-2026.csv", "a,b\n", None),
            ("clientes.csv", "", None),
            ("users.rejected.csv", users, None),
            (".users.csv", "", None),
            ("~$users.xlsx", "", None),
            ("users.pdf", "", None),
        ] {
            let folder = tempfile::tempdir().expect("a folder can be made");
            std::fs::write(folder.path().join(name), text).expect("the test may write here");
            let expected: Vec<String> = told.iter().map(|told| format!("`{name}` lies there: {told}")).collect();
            assert_eq!(near(folder.path(), &[SheetKind::Users]), expected, "{name}");
        }
    }

    #[test]
    fn a_workbook_under_another_name_is_named_where_all_sheets_are_lacking() {
        for (name, told) in [
            ("Workbook.xlsx", Some("call it workbook.xlsx if it has the three sheets")),
            ("Acme.xlsx", Some("call it workbook.xlsx if it has the three sheets")),
            ("workbook.xlsm", Some("open it and save it as workbook.xlsx")),
            ("clientes.xlsx", Some("call it customers.xlsx")),
            ("accounts.ods", None),
        ] {
            let folder = tempfile::tempdir().expect("a folder can be made");
            std::fs::write(folder.path().join(name), "").expect("the test may write here");
            let expected: Vec<String> = told.iter().map(|told| format!("`{name}` lies there: {told}")).collect();
            assert_eq!(near(folder.path(), &SheetKind::ALL), expected, "{name}");
        }
    }
}
