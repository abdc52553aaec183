//! Workbooks made for a test: a bundle of parts, as small as a workbook can be.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{ZipArchive, ZipWriter};

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

/// A ZIP archive of these files.
pub fn zipped(parts: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in parts {
        writer.start_file(name.as_str(), SimpleFileOptions::default()).expect("memory takes it");
        writer.write_all(bytes).expect("memory takes it");
    }
    writer.finish().expect("memory takes it").into_inner()
}

/// The files of a ZIP archive.
pub fn unzipped(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).expect("it is an archive");
    let mut files = Vec::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).expect("it is in the directory");
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).expect("it can be unfolded");
        files.push((file.name().expect("names are text").into_owned(), bytes));
    }
    files
}

/// The parts of a workbook with the one sheet `users`, whose XML is given whole, and the table of shared texts.
pub fn parts(sheet: &str, shared: &str) -> Vec<(String, Vec<u8>)> {
    let relation = |id: &str, kind: &str, target: &str| {
        format!("<Relationship Id=\"{id}\" Type=\"{RELATIONS}/{kind}\" Target=\"{target}\"/>")
    };
    let relations = |inside: String| format!("{HEAD}<Relationships xmlns=\"{PACKAGE}\">{inside}</Relationships>");
    let list = "<sheet name=\"users\" sheetId=\"1\" r:id=\"rId1\"/>";
    let of_the_book = relation("rId1", "worksheet", "worksheets/sheet1.xml")
        + &relation("rId2", "sharedStrings", "sharedStrings.xml");
    let files = [
        ("_rels/.rels", relations(relation("rId1", "officeDocument", "xl/workbook.xml"))),
        (
            "xl/workbook.xml",
            format!("{HEAD}<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATIONS}\"><sheets>{list}</sheets></workbook>"),
        ),
        ("xl/_rels/workbook.xml.rels", relations(of_the_book)),
        ("xl/worksheets/sheet1.xml", sheet.to_owned()),
        ("xl/sharedStrings.xml", shared.to_owned()),
    ];
    files.map(|(name, text)| (name.to_owned(), text.into_bytes())).into()
}

/// The XML of a sheet with these rows.
pub fn sheet(rows: &str) -> String {
    format!("{HEAD}<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>")
}

/// The XML of a table of shared texts.
pub fn shared(items: &str) -> String {
    format!("{HEAD}<sst xmlns=\"{MAIN}\">{items}</sst>")
}

/// A workbook with the one sheet `users`.
pub fn workbook(rows: &str, items: &str) -> Vec<u8> {
    zipped(&parts(&sheet(rows), &shared(items)))
}
