//! A cluster in words: what it is about, and where it is mended.

use super::cluster::{Cluster, Key, OTHERS, Shared};
use super::effect::Root;
use super::problem::{Problem, Scope};
use super::{Cause, CauseExample, CauseKind, Mend};
use crate::check::{Checked, RowRef, Verdict};
use crate::diagnostic::Place;
use crate::model::SheetKind;
use crate::sheet::customers as c;
use crate::text::{Lang, phrase, say};

/// What a cause holds back, and what passes with it.
pub(super) struct Weight {
    pub blocked: usize,
    pub passing: usize,
    pub share: f64,
}

/// A cluster as a cause.
pub(super) fn cause(key: &Key, cluster: Cluster, weight: &Weight, checked: &Checked<'_>, lang: Lang) -> Cause {
    let kind = kind(&cluster, checked);
    let mend = mend(kind, &cluster, checked);
    let message = if differs(key, &cluster) {
        say(lang, "for example, {message}", &[("message", &cluster.message)])
    } else {
        cluster.message
    };
    let codes = cluster.code.map(|code| code.id().to_owned()).into_iter().chain(cluster.provider_code).collect();
    Cause {
        id: if key.1.is_empty() { key.0.clone() } else { format!("{}/{}", key.0, key.1) },
        kind,
        codes,
        title: title(kind, &mend, lang),
        message,
        fix: cluster.fix,
        mend,
        rows: cluster.rows.len(),
        blocked: weight.blocked,
        passing: weight.passing,
        share: weight.share,
        examples: cluster.examples,
    }
}

/// Do the rows of a cluster differ in what its message, which is that of the first, says of them?
fn differs(key: &Key, cluster: &Cluster) -> bool {
    let is_other = || match cluster.scope {
        Scope::Run | Scope::File => false,
        // What differs from row to row is left out of what sets answers apart.
        Scope::Answer => key.1.contains(OTHERS),
        Scope::Customer => cluster.value == Shared::Many || cluster.customer == Shared::Many,
        Scope::Column | Scope::Value | Scope::Template => cluster.value == Shared::Many,
    };
    cluster.kind.is_none() && cluster.rows.len() > 1 && is_other()
}

fn kind(cluster: &Cluster, checked: &Checked<'_>) -> CauseKind {
    if let Some(kind) = cluster.kind {
        return kind;
    }
    let is_single = cluster.rows.len() == 1;
    match cluster.scope {
        Scope::Run => CauseKind::Run,
        Scope::File => CauseKind::File,
        Scope::Template => CauseKind::Template,
        Scope::Answer if is_single => CauseKind::Row,
        _ if is_single => CauseKind::Cell,
        Scope::Answer if has_whole_template(cluster, checked) => CauseKind::Template,
        Scope::Answer if cluster.location.one().is_some() && cluster.customer.one().is_some() => CauseKind::Location,
        Scope::Answer | Scope::Customer if cluster.customer.one().is_some() => CauseKind::Customer,
        Scope::Answer => CauseKind::Webex,
        _ if cluster.value.one().is_some_and(|value| !value.is_empty()) => CauseKind::Value,
        Scope::Value | Scope::Customer | Scope::Column => CauseKind::Column,
    }
}

/// Is it about every customer of one template, and about more than one?
fn has_whole_template(cluster: &Cluster, checked: &Checked<'_>) -> bool {
    let Some(template) = cluster.template.one() else { return false };
    let customers = &checked.sheets().customers;
    let is_of_template = |row: &usize| {
        customers.cell(*row, c::TEMPLATE.spec.header).trim() == template
            && checked.verdict(RowRef { sheet: SheetKind::Customers, index: *row }) != Verdict::Skipped
    };
    cluster.rows.len() > 1 && (0..customers.row_count()).filter(is_of_template).count() == cluster.rows.len()
}

fn mend(kind: CauseKind, cluster: &Cluster, checked: &Checked<'_>) -> Mend {
    let text = |shared: Option<&str>| shared.filter(|text| !text.is_empty()).map(str::to_owned);
    let templates = checked.templates();
    let first = cluster.examples.first();
    let template = text(cluster.template.one()).or_else(|| template_at(first?.row?, checked));
    let file = text(cluster.file.one()).or_else(|| first.map(|first| first.file.clone())).unwrap_or_default();
    let mut mend = Mend { file, ..Mend::default() };
    match kind {
        CauseKind::Template => {
            mend.row =
                template.as_deref().and_then(|name| templates.get(name)?.place.row).or(first.and_then(|f| f.row));
            mend.file = templates.file.to_string();
            mend.template = template;
            mend.column = text(cluster.column.one());
        }
        CauseKind::Location => {
            mend.customer = text(cluster.customer.one());
            mend.location = text(cluster.location.one());
        }
        CauseKind::Customer => mend.customer = text(cluster.customer.one()),
        CauseKind::Value | CauseKind::Column => {
            mend.column = text(cluster.column.one());
            mend.value = text(cluster.value.one());
        }
        CauseKind::Cell | CauseKind::Row | CauseKind::File => {
            mend.row = first.and_then(|first| first.row);
            mend.column = text(cluster.column.one());
            mend.value = text(cluster.value.one());
        }
        CauseKind::Webex | CauseKind::Run => mend.file = String::new(),
    }
    mend
}

/// The template whose table holds a line of the templates file.
fn template_at(line: u32, checked: &Checked<'_>) -> Option<String> {
    let begun = checked.templates().iter().filter(|template| template.place.row.is_some_and(|row| row <= line));
    begun.max_by_key(|template| template.place.row).map(|template| template.name.clone())
}

fn title(kind: CauseKind, mend: &Mend, lang: Lang) -> String {
    let column = mend.column.as_deref().unwrap_or_default();
    let place = mend.row.map_or_else(|| mend.file.clone(), |row| format!("{}:{row}", mend.file));
    let customer = mend.customer.as_deref().unwrap_or_default();
    match (kind, &mend.template) {
        (CauseKind::Template, Some(template)) => say(lang, "template `{template}`", &[("template", template)]),
        (CauseKind::Location, _) => {
            let location = mend.location.as_deref().unwrap_or_default();
            let gaps: [(&str, &dyn std::fmt::Display); 2] = [("location", &location), ("customer", &customer)];
            say(lang, "location `{location}` of customer `{customer}`", &gaps)
        }
        (CauseKind::Customer, _) => say(lang, "customer `{customer}`", &[("customer", &customer)]),
        (CauseKind::Value, _) => {
            let value = mend.value.as_deref().unwrap_or_default();
            let gaps: [(&str, &dyn std::fmt::Display); 3] =
                [("value", &value), ("column", &column), ("file", &mend.file)];
            say(lang, "`{value}` in column `{column}` of {file}", &gaps)
        }
        (CauseKind::Column, _) => {
            say(lang, "column `{column}` of {file}", &[("column", &column), ("file", &mend.file)])
        }
        (CauseKind::Cell, _) if !column.is_empty() => {
            say(lang, "cell `{column}` of {place}", &[("column", &column), ("place", &place)])
        }
        (CauseKind::Webex, _) => phrase(lang, "answers of Webex").to_owned(),
        (CauseKind::Run, _) => phrase(lang, "the run itself").to_owned(),
        _ => place,
    }
}

/// The cluster of a row that others wait for although no result of the run tells what is wrong with it, and what names it.
pub(super) fn silent_root(root: &Root, checked: &Checked<'_>, lang: Lang) -> (String, Cluster) {
    let sheets = checked.sheets();
    if let Root::Row(row) = root
        && let Some((name, cluster)) = rejected_root(*row, checked, lang)
    {
        return (name, cluster);
    }
    let (place, is_skipped) = match root {
        Root::Row(row) => {
            let place = sheets.get(row.sheet).place(row.index, None);
            (Some(place), checked.verdict(*row) == Verdict::Skipped)
        }
        Root::Elsewhere(_) => (None, false),
    };
    let name = match (root, &place) {
        (Root::Elsewhere(name), _) => name.clone(),
        (Root::Row(_), place) => place.as_ref().map(Place::to_string).unwrap_or_default(),
    };
    let mut cluster = Cluster::empty();
    cluster.kind = Some(CauseKind::Row);
    let (message, fix) = if is_skipped {
        (
            "{place} is left out on purpose, and other rows need it",
            "take `skip` out of its `action` cell, or leave the others out too",
        )
    } else {
        ("other rows wait for {place}", "see what `turnup why {place}` says of it; the others go with it")
    };
    cluster.message = say(lang, message, &[("place", &name)]);
    cluster.fix = say(lang, fix, &[("place", &name)]);
    cluster.examples.extend(place.as_ref().map(|place| CauseExample::new(place, "")));
    cluster.elsewhere.push(name.clone());
    (name, cluster)
}

/// The cluster of a row that takes no part but is rejected for its own cells: what the check says of it is the cause.
fn rejected_root(row: RowRef, checked: &Checked<'_>, lang: Lang) -> Option<(String, Cluster)> {
    let sheets = checked.sheets();
    let found = checked.errors_of(row);
    let first = found.first()?;
    let mut cluster = Cluster::new(&Problem::of_finding(first, Some(row), sheets, lang));
    let (mut messages, mut fixes): (Vec<String>, Vec<String>) =
        found.iter().map(|finding| (finding.message(lang), finding.fix(lang))).unzip();
    messages.dedup();
    fixes.dedup();
    (cluster.message, cluster.fix) = (messages.join("; "), fixes.join("; "));
    cluster.kind = Some(if found.len() == 1 { CauseKind::Cell } else { CauseKind::Row });
    cluster.column = Shared::of(first.place.column.as_deref().filter(|_| found.len() == 1));
    cluster.examples.push(CauseExample::new(&first.place, &first.value));
    let name = sheets.get(row.sheet).place(row.index, None).to_string();
    cluster.elsewhere.push(name.clone());
    Some((name, cluster))
}
