//! How much of a workbook is read at most. A small file can unfold into a full memory, so every limit counts what was
//! really read; what the file says of its own sizes is never believed.

/// The most that is read of one workbook.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// Files in the bundle. A workbook with three sheets has about 15.
    pub parts: usize,
    /// Tabs. Each costs a look into the bundle, even when all of them lead to the same file.
    pub tabs: usize,
    /// Bytes of all files that are read, unfolded. They pass by and are not held: a sheet of a million users, its
    /// texts standing in the cells, has about 1 GiB.
    pub unfolded: u64,
    /// Unfolded bytes for each packed byte, beyond [`Self::unfolded_free`]. Sheets come to about 10, formatted blank
    /// cells to about 50; DEFLATE ends at 1032.
    pub ratio: u64,
    /// Unfolded bytes of one file that need no ratio.
    pub unfolded_free: u64,
    /// Bytes of the list of sheets, of the relations and of the styles, unfolded, each.
    pub settings: u64,
    /// Bytes of the table of shared texts, and how many there are. They are held.
    pub shared: usize,
    pub shared_count: usize,
    /// Bytes of one cell, and of one tag of the XML. Excel allows 32,767 characters.
    pub text: usize,
    /// Bytes of all cells as CSV. They are held: a million users have about 110 MB.
    pub cells: usize,
    /// Cells that hold something: a full sheet of 24 columns.
    pub cell_count: usize,
    /// Rows and columns of a sheet: Excel's own limits.
    pub rows: u32,
    pub columns: u32,
    /// Elements inside each other. Those of a sheet come to about ten.
    pub depth: usize,
}

pub(super) const LIMITS: Limits = Limits {
    parts: 10_000,
    tabs: 1_000,
    unfolded: 2 << 30,
    ratio: 200,
    unfolded_free: 16 << 20,
    settings: 64 << 20,
    shared: 256 << 20,
    shared_count: 1 << 24,
    text: 1 << 20,
    cells: 512 << 20,
    cell_count: 24 << 20,
    rows: 1 << 20,
    columns: 1 << 14,
    depth: 64,
};
