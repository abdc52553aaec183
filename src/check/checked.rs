//! What checking gives back: findings to be drawn, verdicts, and the rows that may go.

use std::collections::HashMap;
use std::ops::ControlFlow;

use rayon::prelude::*;

use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::SheetKind;
use crate::sheet::{RowRef, Sheets};
use crate::template::Templates;

use super::batch::{Batch, batch, batch_around};
use super::context::Context;
use super::people::People;
use super::picked::Picked;
use super::tally::Tally;
use super::users::Pass;
use super::verdict::{HoldBack, Verdict, Verdicts, verdicts};

/// User rows whose findings are drawn at one time; what is drawn of them fits into a few megabytes.
const BLOCK_ROWS: usize = 4096;
/// From so many findings of a code on, nobody reads the suggestions that take long to find.
const SUGGESTIONS_MAX: usize = 100;

/// What checking gives back.
pub struct Checked<'a> {
    pub(super) context: Context<'a>,
    pub(super) people: People,
    /// What is found about files, customers and locations, in reading order.
    found: Vec<Diagnostic>,
    /// What is found about user rows besides their own cells, by row.
    extra: HashMap<usize, Vec<Diagnostic>>,
    tally: Tally,
    pub verdicts: Verdicts,
    /// The rows that are spoken of; none means all of them.
    picked: Option<Picked>,
}

impl<'a> Checked<'a> {
    pub(super) fn new(context: Context<'a>, people: People, found: Vec<Diagnostic>, hold_back: HoldBack) -> Self {
        let tally = people.tally.clone();
        let mut checked = Self {
            context,
            people,
            found: Vec::new(),
            extra: HashMap::new(),
            tally,
            verdicts: Verdicts::default(),
            picked: None,
        };
        checked.add(found);
        checked.verdicts = verdicts(&checked, hold_back);
        checked
    }

    /// Takes in findings from elsewhere. What became of the rows stays as it was decided.
    pub fn add(&mut self, mut more: Vec<Diagnostic>) {
        self.context.rulebook.apply(&mut more);
        for finding in more {
            self.tally.add(finding.code);
            match self.user_row(&finding) {
                Some(row) => {
                    let record = &mut self.people.records[row];
                    record.has_finding = true;
                    record.has_error |= finding.severity == Severity::Error;
                    self.extra.entry(row).or_default().push(finding);
                }
                None => self.found.push(finding),
            }
        }
        in_reading_order(&mut self.found, self.context.templates);
    }

    /// Speaks of some rows alone from now on. What is found about files and templates concerns them all the same.
    pub fn narrow(&mut self, picked: Picked) {
        let sheets = self.context.sheets;
        self.found.retain(|finding| {
            let sheet = finding.place.sheet.and_then(SheetKind::from_name);
            let row = sheet
                .zip(finding.place.row)
                .and_then(|(sheet, row)| Some(RowRef { sheet, index: sheets.get(sheet).row_of(row)? }));
            row.is_none_or(|row| picked.has(row))
        });
        for (index, record) in self.people.records.iter_mut().enumerate() {
            record.has_finding &= picked.has(RowRef { sheet: SheetKind::Users, index });
        }
        let mut tally = Tally::default();
        let take = |codes: Vec<Code>| -> ControlFlow<()> {
            for code in codes {
                tally.add(code);
            }
            ControlFlow::Continue(())
        };
        let _: ControlFlow<()> = self.each_block(|found| found.iter().map(|finding| finding.code).collect(), take);
        self.tally = tally;
        self.picked = Some(picked);
    }

    /// Is the row spoken of?
    pub fn is_picked(&self, row: RowRef) -> bool {
        self.picked.as_ref().is_none_or(|picked| picked.has(row))
    }

    /// How many rows of a sheet are spoken of.
    pub fn row_count(&self, sheet: SheetKind) -> usize {
        let all = self.context.sheets.get(sheet).row_count();
        match &self.picked {
            Some(picked) => picked.rows().filter(|row| row.sheet == sheet).count(),
            None => all,
        }
    }

    /// How many of the rows that are spoken of another one holds back.
    pub fn blocked(&self) -> usize {
        self.picked.as_ref().map_or_else(|| self.verdicts.blocked(), |picked| self.wrong_among(picked).1)
    }

    /// The user row that a finding is about.
    fn user_row(&self, finding: &Diagnostic) -> Option<usize> {
        let is_users = finding.place.sheet.and_then(SheetKind::from_name) == Some(SheetKind::Users);
        is_users.then(|| self.context.sheets.users.row_of(finding.place.row?)).flatten()
    }

    /// What was checked.
    pub const fn sheets(&self) -> &'a Sheets {
        self.context.sheets
    }

    /// The onboarding templates that it was checked against.
    pub const fn templates(&self) -> &'a Templates {
        self.context.templates
    }

    /// How many findings of that weight there are.
    pub fn count(&self, severity: Severity) -> usize {
        let of = |code: &&Code| self.context.rulebook.severity(**code) == severity;
        Code::ALL.iter().filter(of).map(|code| self.tally.of(*code)).sum()
    }

    /// How many findings of that code there are.
    pub const fn count_of(&self, code: Code) -> usize {
        self.tally.of(code)
    }

    /// What is found about files, customers and locations, in reading order; all that is known without user rows.
    pub fn found_before_users(&self) -> &[Diagnostic] {
        &self.found
    }

    /// Everything that is found about a user row, from left to right.
    pub fn of_user(&self, row: usize) -> Vec<Diagnostic> {
        self.of_users(row..row + 1)
    }

    /// Every error that is found about a row itself.
    pub fn errors_of(&self, row: RowRef) -> Vec<Diagnostic> {
        let mut found = match row.sheet {
            SheetKind::Users => self.of_user(row.index),
            sheet => {
                let number = self.context.sheets.get(sheet).number(row.index);
                let is_own = |d: &&Diagnostic| d.place.sheet == Some(sheet.name()) && d.place.row == number;
                self.found.iter().filter(is_own).cloned().collect()
            }
        };
        found.retain(|finding| finding.severity == Severity::Error);
        found
    }

    /// The findings of user rows, in reading order.
    fn of_users(&self, rows: std::ops::Range<usize>) -> Vec<Diagnostic> {
        let suggests = self.tally.of(Code::CustomerUnlinked) <= SUGGESTIONS_MAX;
        let mut pass = Pass::new(&self.context, suggests);
        let mut found: Vec<Diagnostic> = Vec::new();
        for row in rows.filter(|row| self.people.records.get(*row).is_some_and(|record| record.has_finding)) {
            let from = found.len();
            pass.read(row, &mut found);
            self.people.shared(&self.context, row, &mut found);
            self.context.rulebook.apply(&mut found[from..]);
            found.extend(self.extra.get(&row).into_iter().flatten().cloned());
            found[from..].sort_by_key(|finding| (finding.place.column_index, finding.code));
        }
        found
    }

    /// Hands out all findings in reading order, made into something block by block; blocks are made side by side. Stops
    /// when the taker breaks.
    pub fn each_block<T: Send, B>(
        &self,
        make: impl Fn(&[Diagnostic]) -> T + Sync,
        mut take: impl FnMut(T) -> ControlFlow<B>,
    ) -> ControlFlow<B> {
        let mut rest = self.found.as_slice();
        while !rest.is_empty() {
            // What is found about one cell stays together.
            let mut end = rest.len().min(BLOCK_ROWS);
            while end < rest.len() && rest[end].place == rest[end - 1].place {
                end += 1;
            }
            let (block, behind) = rest.split_at(end);
            take(make(block))?;
            rest = behind;
        }
        let count = self.people.records.len();
        let side_by_side = BLOCK_ROWS * rayon::current_num_threads() * 2;
        for from in (0..count).step_by(side_by_side) {
            let starts: Vec<usize> = (from..count.min(from + side_by_side)).step_by(BLOCK_ROWS).collect();
            let block = |start: usize| make(&self.of_users(start..count.min(start + BLOCK_ROWS)));
            let blocks: Vec<T> = starts.into_par_iter().map(block).collect();
            blocks.into_iter().try_for_each(&mut take)?;
        }
        ControlFlow::Continue(())
    }

    /// Every finding in reading order; for small sheets.
    pub fn findings(&self) -> Vec<Diagnostic> {
        let mut all = Vec::new();
        let take = |block: Vec<Diagnostic>| -> ControlFlow<()> {
            all.extend(block);
            ControlFlow::Continue(())
        };
        let _: ControlFlow<()> = self.each_block(<[Diagnostic]>::to_vec, take);
        all
    }

    /// The first error in reading order.
    pub(super) fn first_error(&self) -> Option<Diagnostic> {
        if self.count(Severity::Error) == 0 {
            return None;
        }
        let of = |found: &[Diagnostic]| found.iter().find(|d| d.severity == Severity::Error).cloned();
        of(&self.found).or_else(|| {
            let row = self.people.records.iter().position(|record| record.has_error)?;
            of(&self.of_user(row))
        })
    }

    /// What became of a row.
    pub fn verdict(&self, row: RowRef) -> Verdict {
        self.verdicts.verdict(row, self.context.sheets)
    }

    /// The rows that may be provisioned.
    pub fn batch(&self) -> Batch {
        batch(self)
    }

    /// Those among them that belong to the customers of some rows.
    pub fn batch_around(&self, rows: &[RowRef]) -> Batch {
        batch_around(self, rows)
    }
}

/// Settings and templates first, then sheet by sheet, row by row, from left to right.
fn in_reading_order(found: &mut [Diagnostic], templates: &Templates) {
    found.sort_by_cached_key(|d| {
        let file = match d.place.sheet.and_then(SheetKind::from_name) {
            None if d.place.file == templates.file => 1,
            None => 0,
            Some(SheetKind::Customers) => 2,
            Some(SheetKind::Locations) => 3,
            Some(SheetKind::Users) => 4,
        };
        (file, d.place.row, d.place.column_index, d.code)
    });
}
