//! Why a workbook is not read: facts about the bundle, as data.

use std::fmt;

/// Why a workbook is not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WorkbookProblem {
    /// It is locked with a password.
    Encrypted,
    /// Reading it would take more than a workbook of three sheets can need.
    TooLarge { reason: Excess },
    /// It is no whole workbook.
    Broken { reason: Damage },
}

/// What there is too much of, each with the most that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Excess {
    /// Files in the bundle.
    Parts(usize),
    /// Tabs.
    Tabs(usize),
    /// Bytes of all files that are read, unfolded.
    Unfolded(u64),
    /// Unfolded bytes for each packed byte of one file.
    Ratio(u64),
    /// Bytes of one settings file of the bundle, unfolded.
    Settings(u64),
    /// Bytes of the table of shared texts.
    SharedTexts(usize),
    /// Bytes of one cell, or of one tag of the XML.
    Text(usize),
    /// Bytes of all cells with the commas and line ends between them.
    Cells(usize),
    /// Cells that hold something.
    CellCount(usize),
    /// Rows of a sheet.
    Rows(u32),
    /// Columns of a sheet.
    Columns(u32),
}

/// Where the bundle is damaged, and how. A part is a file of the bundle; `at` is a byte of it, unfolded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Damage {
    /// The bundle has no directory that can be read: cut off, or no workbook at all.
    Directory,
    /// A file that another one names is not there.
    Missing { part: String },
    /// A file cannot be unfolded, or is not what its check sum says.
    Packed { part: String },
    /// A file is no well-formed XML in UTF-8.
    Xml { part: String, at: u64 },
    /// A file brings a document type, which workbooks never do.
    DocumentType { part: String },
    /// A file uses an entity that XML does not define.
    Entity { part: String },
    /// Elements stand deeper inside each other than those of workbooks do.
    Depth { part: String },
    /// A row or cell has no address that can be read, or stands after one that it should precede.
    Address { part: String, at: u64 },
    /// A cell names a shared text that does not exist.
    SharedText { part: String, at: u64 },
}

impl fmt::Display for Excess {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Parts(most) => write!(f, "it is a bundle of more than {most} files"),
            Self::Tabs(most) => write!(f, "it has more than {most} sheets"),
            Self::Unfolded(most) => write!(f, "it unfolds to more than {} MiB", most >> 20),
            Self::Ratio(most) => write!(f, "one of its files unfolds to more than {most} times its packed size"),
            Self::Settings(most) => write!(f, "its styles or its list of sheets have more than {} MiB", most >> 20),
            Self::SharedTexts(most) => write!(f, "its texts have more than {} MiB", most >> 20),
            Self::Text(most) => write!(f, "one cell has more than {most} bytes"),
            Self::Cells(most) => write!(f, "its cells have more than {} MiB", most >> 20),
            Self::CellCount(most) => write!(f, "more than {most} cells are filled"),
            Self::Rows(most) => write!(f, "a sheet has more than {most} rows"),
            Self::Columns(most) => write!(f, "a sheet has more than {most} columns"),
        }
    }
}

impl fmt::Display for Damage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory => write!(f, "it has no directory of its files, so it was probably cut off"),
            Self::Missing { part } => write!(f, "`{part}` is missing in it"),
            Self::Packed { part } => write!(f, "`{part}` in it cannot be unfolded"),
            Self::Xml { part, at } => write!(f, "`{part}` in it is no well-formed XML at byte {at}"),
            Self::DocumentType { part } => write!(f, "`{part}` in it has a document type, which workbooks never have"),
            Self::Entity { part } => write!(f, "`{part}` in it uses an entity that does not exist"),
            Self::Depth { part } => write!(f, "`{part}` in it is nested too deeply"),
            Self::Address { part, at } => write!(f, "`{part}` in it has a cell out of place at byte {at}"),
            Self::SharedText { part, at } => write!(f, "`{part}` in it names a text that does not exist at byte {at}"),
        }
    }
}

impl fmt::Display for WorkbookProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Encrypted => write!(f, "it is locked with a password"),
            Self::TooLarge { reason } => reason.fmt(f),
            Self::Broken { reason } => reason.fmt(f),
        }
    }
}

impl std::error::Error for WorkbookProblem {}

impl From<Excess> for WorkbookProblem {
    fn from(reason: Excess) -> Self {
        Self::TooLarge { reason }
    }
}

impl From<Damage> for WorkbookProblem {
    fn from(reason: Damage) -> Self {
        Self::Broken { reason }
    }
}

/// Carries an excess through the reading traits of the standard library.
#[derive(Debug)]
pub(super) struct Exceeded(pub Excess);

impl fmt::Display for Exceeded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Exceeded {}

impl Exceeded {
    /// As an error of reading.
    pub fn io(excess: Excess) -> std::io::Error {
        std::io::Error::other(Self(excess))
    }

    /// The excess that an error of reading carries.
    pub fn inside(error: &std::io::Error) -> Option<Excess> {
        error.get_ref()?.downcast_ref::<Self>().map(|exceeded| exceeded.0)
    }
}
