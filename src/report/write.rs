//! The one place that writes report files: beside the old one first, then renamed, whole or not at all.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

use anyhow::Context;

use super::results::{rejected_csv, results_csv};
use super::row::RowResult;
use crate::model::SheetKind;
use crate::sheet::Sheets;

/// Writes a file whole or not at all, synced before it gets its name.
///
/// # Errors
/// When the disk refuses it; an older file of that name stays as it was.
pub fn write_atomically(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    write_streamed(path, |out| out.write_all(bytes))
}

/// The same for a file that is made while it is written.
///
/// # Errors
/// When the disk refuses it; an older file of that name stays as it was.
pub fn write_streamed(
    path: &Path,
    make: impl FnOnce(&mut (dyn Write + Send)) -> std::io::Result<()>,
) -> anyhow::Result<()> {
    let fresh = path.with_extension("part");
    let write = || -> std::io::Result<()> {
        let early = Early { file: File::create(&fresh)?, path: &fresh, waiting: 0 };
        let mut out = BufWriter::with_capacity(1 << 18, early);
        make(&mut out)?;
        out.into_inner().map_err(std::io::IntoInnerError::into_error)?.file.sync_all()?;
        std::fs::rename(&fresh, path)
    };
    write()
        .inspect_err(|_| drop(std::fs::remove_file(&fresh)))
        .with_context(|| format!("cannot write `{}`", path.display()))
}

/// Bytes of a large file after which the disk begins with them.
const EARLY_BYTES: usize = 16 << 20;

/// A file whose bytes go to the disk while more of them are made, so that little is left for the sync at its end. That one
/// tells of trouble; this one has a handle of its own and takes none of its errors away.
struct Early<'a> {
    file: File,
    path: &'a Path,
    waiting: usize,
}

impl Write for Early<'_> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.file.write(bytes)?;
        self.waiting += written;
        if self.waiting >= EARLY_BYTES {
            self.waiting = 0;
            let path = self.path.to_owned();
            std::thread::spawn(move || File::open(path).and_then(|file| file.sync_data()));
        }
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.file.flush()
    }
}

/// Writes the result files of a run into its folder.
///
/// # Errors
/// When the disk refuses one of them.
pub fn write_results(
    folder: &Path,
    sheets: &Sheets,
    results: &HashMap<SheetKind, Vec<RowResult>>,
) -> anyhow::Result<()> {
    std::fs::create_dir_all(folder).with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    for kind in SheetKind::ALL {
        let (sheet, rows) = (sheets.get(kind), &results[&kind]);
        let path = |what: &str| folder.join(format!("{kind}.{what}.csv"));
        write_streamed(&path("results"), |file| results_csv(sheet, rows, file))?;
        write_streamed(&path("rejected"), |file| rejected_csv(sheet, rows, file))?;
    }
    Ok(())
}
