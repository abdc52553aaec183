//! What a run came to, told from the journal and the inputs that were kept with it: at its end, after a crash, at any
//! time later.

use std::borrow::Cow;
use std::collections::HashSet;
use std::path::PathBuf;

use anyhow::Context;

use super::held::held_outside;
use super::inputs::Inputs;
use super::recorded::Recorded;
use super::selected::Selected;
use super::{checked, provider, standing};
use crate::check::HoldBack;
use crate::journal::{Left, Log, Origin, RunHead, Which};
use crate::plan::Source;
use crate::report::{self, Causes, Results, Rows, RunView, StageCounts};
use crate::settings::Settings;
use crate::text::{Here, Lang};

/// What a run read, what became of every row of it, and what is to be mended.
pub(super) struct Told {
    pub head: RunHead,
    pub left: Option<Left>,
    pub inputs: Inputs,
    pub results: Results,
    /// Rows that the run was not asked for and that checking its sheets holds back, with the row at fault.
    pub held_outside: Vec<(Source, String)>,
    pub stages: StageCounts,
    pub causes: Causes,
    /// The workspace, as it was named.
    pub here: Here,
    /// Where its report lies.
    pub report: PathBuf,
    /// The wave that it was asked for.
    pub wave: Option<String>,
    pub lang: Lang,
}

impl Told {
    /// What reports are made from.
    pub fn view(&self) -> RunView<'_> {
        RunView {
            head: &self.head,
            left: self.left.as_ref(),
            sheets: &self.inputs.sheets,
            results: &self.results,
            stages: &self.stages,
            causes: &self.causes,
            here: &self.here,
            report: &self.report,
            wave: self.wave.as_deref(),
            lang: self.lang,
        }
    }
}

/// May a summary say what stands in cells that name persons?
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Persons {
    Named,
    LeftOut,
}

impl Persons {
    /// What a night says goes into a mail, and into somebody's log.
    pub fn of(origin: Origin, settings: &Settings) -> Self {
        let is_open = origin != Origin::Nightly || settings.night.notify.mail_sheets;
        if is_open { Self::Named } else { Self::LeftOut }
    }

    /// A text as it may be said.
    pub fn plain(self, text: &str) -> Cow<'_, str> {
        match self {
            Self::Named => Cow::Borrowed(text),
            Self::LeftOut => Cow::Owned(report::without_persons(text)),
        }
    }
}

impl Recorded<'_> {
    /// Writes the files of a run; returns for people a summary whose last line is the folder.
    pub fn hand_back(&self, told: &Told, requests: Option<u64>, persons: Persons) -> anyhow::Result<String> {
        let folder = &told.report;
        report::write_results(folder, &told.inputs.sheets, &told.results)?;
        report::write_streamed(&folder.join("waiting.csv"), |out| report::waiting_csv(&told.view(), out))?;
        let workbook =
            report::report_xlsx(&told.view(), folder).context("the workbook of the report cannot be made")?;
        report::write_atomically(&folder.join("report.xlsx"), &workbook)?;
        let in_english = self.in_english(told)?;
        let view = in_english.as_ref().unwrap_or(told).view();
        report::write_streamed(&folder.join("report.json"), |out| report::report_json(&view, out))?;
        let page = report::report_html(&told.view());
        report::write_atomically(&folder.join("report.html"), told.here.in_page(&page).as_bytes())?;
        let summary = match persons {
            Persons::Named => report::summary(&told.results, &told.causes, requests, told.lang),
            Persons::LeftOut => report::summary(&told.results, &told.causes.without_persons(), requests, told.lang),
        };
        let foretold = report::foretold_words(&told.head, told.lang).map(|words| words + "\n").unwrap_or_default();
        let old = report::ageing(&told.view()).map(|words| words + "\n").unwrap_or_default();
        Ok(format!("{foretold}{summary}{old}{}\n", folder.display()))
    }

    /// The same run for programs, which read the same words whatever language a person has chosen; none where these are
    /// the words already.
    pub fn in_english(&self, told: &Told) -> anyhow::Result<Option<Told>> {
        if told.lang == Lang::En {
            return Ok(None);
        }
        let english = self.told(&told.head.run, Lang::En)?;
        Ok(Some(Told { head: told.head.clone(), ..english }))
    }

    /// What a run read, and what became of every row of it, in words of a language.
    pub fn told(&self, run: &str, lang: Lang) -> anyhow::Result<Told> {
        let kept = self.workspace.inputs(run);
        let settings = self.settings.as_kept(&kept)?;
        let inputs = Inputs::read(&kept, &settings.reading)
            .context("the inputs that were kept with the run cannot be read, so its report cannot be made")?;
        let head = self.log.runs()?.into_iter().find(|head| head.run == run);
        let head = head.unwrap_or_default();
        let hold_back = HoldBack::parse(&head.hold_back).unwrap_or_default();
        let settings = Settings { hold_back, ..settings };
        // What is taken back is judged as it was when it was made.
        let judged_at = head.undoes.as_deref().unwrap_or(run);
        let known = self.log.known_before(judged_at)?;
        let (standing, organisations) = (standing(&known), known.organisations_before());
        drop(known);
        let checked = checked(&inputs, &settings, &standing);
        let left = self.log.left(run)?;
        let selected = Selected::kept(&kept, &checked)?;
        let rows = Rows {
            sheets: &inputs.sheets,
            checked: &checked,
            log: &*self.log,
            run,
            left: left.as_ref(),
            selection: &selected.selection,
            picked: selected.picked(),
            organisations: &organisations,
            is_parked: head.parked.is_some(),
            lang,
        };
        let (mut results, stages) = report::row_results(&rows)?;
        if head.undoes.is_some() {
            report::leave_out_untouched(&mut results, &self.touched(run)?);
        }
        if head.undoes.is_none() {
            self.tell_made(run, &mut results)?;
        }
        report::tell_corrected(&mut results, &inputs.sheets, lang);
        let held_outside = selected.picked().map(|picked| held_outside(&checked, picked)).unwrap_or_default();
        let causes = report::causes_of_results(&checked, &results, hold_back, lang);
        drop(checked);
        let wave = selected.selection.wave;
        let here = Here { folder: self.workspace.root().to_owned(), simulates: provider::is_simulated(&head.provider) };
        Ok(Told {
            head,
            left,
            inputs,
            results,
            held_outside,
            stages,
            causes,
            here,
            report: self.workspace.report(run),
            wave,
            lang,
        })
    }

    /// The rows that the run has steps for.
    fn touched(&self, run: &str) -> anyhow::Result<HashSet<Source>> {
        let mut touched = HashSet::new();
        self.log.walk(run, Which::All, &mut |stored| {
            touched.insert(stored.step.source);
            Ok(())
        })?;
        Ok(touched)
    }
}
