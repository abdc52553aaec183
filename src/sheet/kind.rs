//! What a file is, told from its first bytes; names lie.

/// Kinds of files that operators send by mistake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FileKind {
    /// Anything that may be text.
    Text,
    /// An Office Open XML file, or another ZIP archive.
    Zip,
    OpenDocument,
    /// A workbook of Excel 97 to 2003, or an encrypted workbook; both wear the same outer form.
    Compound,
    Pdf,
    Gzip,
    Html,
}

impl FileKind {
    /// The kind of a file that begins with these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        let head = bytes.get(..bytes.len().min(256)).unwrap_or_default();
        let text = String::from_utf8_lossy(head).trim_start_matches('\u{feff}').trim_start().to_ascii_lowercase();
        if starts(b"PK\x03\x04") {
            let is_open_document = head.windows(16).any(|part| part == b"application/vnd.");
            if is_open_document { Self::OpenDocument } else { Self::Zip }
        } else if starts(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1") {
            Self::Compound
        } else if starts(b"%PDF-") {
            Self::Pdf
        } else if starts(b"\x1f\x8b") {
            Self::Gzip
        } else if ["<html", "<!doctype html", "<table"].iter().any(|tag| text.starts_with(tag)) {
            Self::Html
        } else {
            Self::Text
        }
    }

    /// What it is and what to do about it, in words.
    pub const fn words(self) -> (&'static str, &'static str) {
        const AS_CSV: &str = "open it in a spreadsheet program and save it as `CSV UTF-8`";
        match self {
            Self::Text => ("a text", "nothing to do"),
            Self::Zip => ("a workbook or another ZIP archive under the name of a CSV file", AS_CSV),
            Self::OpenDocument => ("an OpenDocument spreadsheet (.ods)", AS_CSV),
            Self::Compound => (
                "a workbook of Excel 97 (.xls), or one with a password",
                "remove the password and save it as `CSV UTF-8`",
            ),
            Self::Pdf => ("a PDF", "ask for the sheet itself and save it as `CSV UTF-8`"),
            Self::Gzip => ("a compressed file", "unpack it first"),
            Self::Html => ("a web page", "open it in a spreadsheet program and save it as `CSV UTF-8`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_told_by_their_first_bytes() {
        for (bytes, kind) in [
            (b"PK\x03\x04\x14\0\x06\0".as_slice(), FileKind::Zip),
            (b"PK\x03\x04....mimetypeapplication/vnd.oasis.opendocument.spreadsheet", FileKind::OpenDocument),
            (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", FileKind::Compound),
            (b"%PDF-1.7", FileKind::Pdf),
            (b"\x1f\x8b\x08", FileKind::Gzip),
            (b"\xef\xbb\xbf\n<HTML>", FileKind::Html),
            (b"email,name\n<html>,x\n", FileKind::Text),
            (b"", FileKind::Text),
        ] {
            assert_eq!(FileKind::of(bytes), kind);
        }
    }
}
