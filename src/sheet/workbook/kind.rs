//! What a file is, from its first bytes and its directory; its name says nothing.

use super::bundle::Bundle;
use super::limits::LIMITS;

/// What a file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum FileType {
    /// Nothing else is known of it, so it is read as text.
    Text,
    /// An Excel workbook since 2007, with or without macros.
    Xlsx,
    /// An Excel workbook of 1987 to 2003.
    Xls,
    /// An Excel workbook in Excel's binary format.
    Xlsb,
    /// An Office file that is locked with a password.
    EncryptedOffice,
    /// Another Office file of before 2007.
    OldOffice,
    /// A LibreOffice or OpenOffice spreadsheet.
    Ods,
    /// Another LibreOffice or OpenOffice document.
    OpenDocument,
    /// An Apple Numbers spreadsheet.
    Numbers,
    Docx,
    Pptx,
    /// Another ZIP archive.
    Zip,
    /// An XML spreadsheet of Excel 2003.
    XmlSpreadsheet,
    Xml,
    /// A web page; many programs save their tables as one and call it `.xls`.
    Html,
    Pdf,
    Rtf,
    Gzip,
    SevenZip,
    Rar,
    /// PNG, JPEG or GIF.
    Picture,
    /// No text, and nothing that is known.
    Binary,
}

impl FileType {
    /// What it is, in words that can stand after `this is`.
    pub const fn describe(self) -> &'static str {
        match self {
            Self::Text => "a text file",
            Self::Xlsx => "an Excel workbook (XLSX)",
            Self::Xls => "an old Excel workbook (XLS)",
            Self::Xlsb => "a binary Excel workbook (XLSB)",
            Self::EncryptedOffice => "an Office file locked with a password",
            Self::OldOffice => "an old Office file",
            Self::Ods => "an OpenDocument spreadsheet (ODS)",
            Self::OpenDocument => "an OpenDocument file",
            Self::Numbers => "an Apple Numbers spreadsheet",
            Self::Docx => "a Word document",
            Self::Pptx => "a PowerPoint presentation",
            Self::Zip => "a ZIP archive",
            Self::XmlSpreadsheet => "an XML spreadsheet of Excel 2003",
            Self::Xml => "an XML file",
            Self::Html => "a web page (HTML)",
            Self::Pdf => "a PDF document",
            Self::Rtf => "an RTF document",
            Self::Gzip => "a gzip archive",
            Self::SevenZip => "a 7-Zip archive",
            Self::Rar => "a RAR archive",
            Self::Picture => "a picture",
            Self::Binary => "data that is no text (a damaged file, or one of another program)",
        }
    }

    /// How to make a file of it that turnup reads.
    pub const fn cure(self) -> &'static str {
        match self {
            Self::Text | Self::Xlsx => "give it the ending of what it is, `.csv` or `.xlsx`",
            Self::Xls | Self::Xlsb | Self::XmlSpreadsheet | Self::Html => {
                "open it in Excel or LibreOffice and save it as CSV UTF-8 or as XLSX"
            }
            Self::EncryptedOffice => "open it, take its password away, and save it again",
            Self::Ods => "open it in LibreOffice and save it as CSV or as XLSX",
            Self::Numbers => "open it in Numbers and export it as CSV or as Excel",
            Self::Zip | Self::Gzip | Self::SevenZip | Self::Rar => "unpack it and take the sheets out of it",
            Self::OldOffice
            | Self::OpenDocument
            | Self::Docx
            | Self::Pptx
            | Self::Xml
            | Self::Pdf
            | Self::Rtf
            | Self::Picture
            | Self::Binary => "export the sheet as CSV UTF-8 or as XLSX",
        }
    }
}

/// First bytes that only one sort of file has.
const SIGNATURES: &[(&[u8], FileType)] = &[
    (b"%PDF-", FileType::Pdf),
    (b"{\\rtf", FileType::Rtf),
    (b"\x1f\x8b", FileType::Gzip),
    (b"7z\xbc\xaf\x27\x1c", FileType::SevenZip),
    (b"Rar!\x1a\x07", FileType::Rar),
    (b"\x89PNG\r\n\x1a\n", FileType::Picture),
    (b"\xff\xd8\xff", FileType::Picture),
    (b"GIF8", FileType::Picture),
    // The bare stream of Excel 2 to 4.
    (b"\x09\x00\x04\x00", FileType::Xls),
    (b"\x09\x02\x06\x00", FileType::Xls),
    (b"\x09\x04\x06\x00", FileType::Xls),
];
const OLE2: &[u8] = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1";
const ZIP: &[u8] = b"PK\x03\x04";
const EMPTY_ZIP: &[u8] = b"PK\x05\x06";
/// How much of the beginning is looked at for tags.
const PROBE_BYTES: usize = 4096;

/// What a file is, from its bytes.
pub fn kind(bytes: &[u8]) -> FileType {
    if bytes.starts_with(OLE2) {
        return compound(bytes);
    }
    if bytes.starts_with(ZIP) || bytes.starts_with(EMPTY_ZIP) {
        return archive(bytes);
    }
    let known = SIGNATURES.iter().find(|(signature, _)| bytes.starts_with(signature));
    known.map_or_else(|| markup(bytes), |(_, kind)| *kind)
}

/// A compound file (OLE2): its directory names what is in it, each entry 128 bytes long ([MS-CFB] 2.6.1).
fn compound(bytes: &[u8]) -> FileType {
    let has = |name: &str| {
        let name: Vec<u8> = name.encode_utf16().chain([0]).flat_map(u16::to_le_bytes).collect();
        bytes.chunks(128).any(|entry| entry.starts_with(&name))
    };
    match () {
        () if has("EncryptedPackage") => FileType::EncryptedOffice,
        () if has("Workbook") || has("Book") => FileType::Xls,
        () => FileType::OldOffice,
    }
}

/// A ZIP archive: what it holds says what it is.
fn archive(bytes: &[u8]) -> FileType {
    let Ok(mut bundle) = Bundle::open(bytes, &LIMITS) else { return cut_off(bytes) };
    if bundle.has("mimetype") {
        let words = bundle.beginning("mimetype", 256);
        if words.starts_with(b"application/vnd.oasis.opendocument") {
            let is_sheet = words.windows(11).any(|window| window == b"spreadsheet");
            return if is_sheet { FileType::Ods } else { FileType::OpenDocument };
        }
    }
    let begins = |prefix: &str| bundle.names().any(|name| name.starts_with(prefix));
    match () {
        () if bundle.has("xl/workbook.bin") => FileType::Xlsb,
        () if begins("xl/") => FileType::Xlsx,
        () if begins("word/") => FileType::Docx,
        () if begins("ppt/") => FileType::Pptx,
        () if begins("index/document.iwa") || bundle.has("index.zip") => FileType::Numbers,
        // A workbook may stand anywhere in its bundle; reading it tells.
        () if bundle.has("[content_types].xml") => FileType::Xlsx,
        () => FileType::Zip,
    }
}

/// An archive without its end: the name of its first file is all there is.
fn cut_off(bytes: &[u8]) -> FileType {
    let name = bytes.get(30..).unwrap_or_default();
    let office: [&[u8]; 4] = [b"[Content_Types].xml", b"_rels/", b"xl/", b"docProps/"];
    if office.iter().any(|prefix| name.starts_with(prefix)) { FileType::Xlsx } else { FileType::Zip }
}

/// Web pages and other XML, in UTF-8 or UTF-16.
fn markup(bytes: &[u8]) -> FileType {
    let probe = &bytes[..bytes.len().min(PROBE_BYTES)];
    let text: Vec<u8> = probe.iter().filter(|b| **b != 0).map(u8::to_ascii_lowercase).collect();
    let marks: [&[u8]; 3] = [b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff"];
    let text = marks.iter().find_map(|mark| text.strip_prefix(*mark)).unwrap_or(&text).trim_ascii_start();
    let starts = |words: &[&str]| words.iter().any(|word| text.starts_with(word.as_bytes()));
    let has = |word: &str| text.windows(word.len()).any(|window| window == word.as_bytes());
    let pages = ["<html", "<!doctype html", "<table", "<meta", "<head", "<body", "<div", "<style", "mime-version:"];
    match () {
        () if starts(&pages) => FileType::Html,
        () if !starts(&["<?xml"]) => FileType::Text,
        () if has("urn:schemas-microsoft-com:office:spreadsheet") => FileType::XmlSpreadsheet,
        () if has("opendocument:xmlns:office") => FileType::Ods,
        () if has("<html") => FileType::Html,
        () => FileType::Xml,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_known_by_its_bytes() {
        let wide: Vec<u8> = "\u{feff}<html>".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let cases: &[(&[u8], FileType)] = &[
            (b"", FileType::Text),
            (b"external_id,name\n", FileType::Text),
            (b"PK is a name\n", FileType::Text),
            (b"<3,name\n", FileType::Text),
            (b"%PDF-1.7", FileType::Pdf),
            (b"\x1f\x8b\x08", FileType::Gzip),
            (b"\r\n <TABLE border=1>", FileType::Html),
            (b"\xef\xbb\xbf<!DOCTYPE html>", FileType::Html),
            (&wide, FileType::Html),
            (b"<?xml version=\"1.0\"?><html xmlns=\"x\">", FileType::Html),
            (b"<?xml version=\"1.0\"?><a/>", FileType::Xml),
            (
                b"<?xml version=\"1.0\"?><Workbook xmlns=\"urn:schemas-microsoft-com:office:spreadsheet\">",
                FileType::XmlSpreadsheet,
            ),
            (b"PK\x03\x04 and no more", FileType::Zip),
            (OLE2, FileType::OldOffice),
        ];
        for (bytes, expected) in cases {
            assert_eq!(kind(bytes), *expected, "{:?}", String::from_utf8_lossy(bytes));
        }
    }
}
