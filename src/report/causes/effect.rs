//! How much each cause holds back, and what passes once it is mended.

use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap, HashSet};

use super::cluster::{Cluster, Clusters, Key, OTHERS};
use super::problem::{customer_of, row_of};
use super::words::{self, Weight};
use super::{Causes, share};
use crate::check::{Checked, HoldBack, RowRef};
use crate::diagnostic::Place;
use crate::model::SheetKind;
use crate::sheet::{Sheets, customers as c};
use crate::text::Lang;

/// Values and customers that are told apart within one code and column in the end.
const APART_MAX: usize = 20;

/// What a row waits for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Root {
    Row(RowRef),
    /// A template, a setting or a whole file, as messages name it.
    Elsewhere(String),
}

impl Root {
    pub fn of_place(place: &Place, sheets: &Sheets) -> Self {
        row_of(place, sheets).map_or_else(|| Self::Elsewhere(place.to_string()), Self::Row)
    }
}

/// The rows that wait, by what they wait for; and those that are rejected.
#[derive(Debug, Default)]
pub(super) struct Held {
    by_root: BTreeMap<Root, usize>,
    rejected: Vec<RowRef>,
}

impl Held {
    pub fn add(&mut self, root: Root) {
        *self.by_root.entry(root).or_default() += 1;
    }

    pub fn rejected(&mut self, row: RowRef) {
        self.rejected.push(row);
    }
}

/// Who holds back whom, by positions in the list of clusters.
struct Links {
    /// What is wrong with each row itself, in order.
    own: Vec<(RowRef, u32)>,
    elsewhere: HashMap<String, Vec<u32>>,
}

impl Links {
    fn of(clusters: &[(Key, Cluster)]) -> Self {
        let numbered = || clusters.iter().zip(0_u32..).map(|((_, cluster), at)| (cluster, at));
        let mut own: Vec<(RowRef, u32)> =
            numbered().flat_map(|(cluster, at)| cluster.rows.iter().map(move |row| (*row, at))).collect();
        own.sort_unstable();
        own.dedup();
        let mut elsewhere: HashMap<String, Vec<u32>> = HashMap::new();
        for (cluster, at) in numbered() {
            for place in &cluster.elsewhere {
                elsewhere.entry(place.clone()).or_default().push(at);
            }
        }
        Self { own, elsewhere }
    }

    fn of_row(&self, row: RowRef) -> &[(RowRef, u32)] {
        let from = self.own.partition_point(|(other, _)| *other < row);
        let to = from + self.own[from..].partition_point(|(other, _)| *other == row);
        &self.own[from..to]
    }

    /// The clusters behind a root.
    fn of_root(&self, root: &Root, sheets: &Sheets) -> Vec<u32> {
        let place = match root {
            Root::Row(row) => {
                let own = self.of_row(*row);
                if !own.is_empty() {
                    return own.iter().map(|(_, at)| *at).collect();
                }
                sheets.get(row.sheet).place(row.index, None).to_string()
            }
            Root::Elsewhere(place) => place.clone(),
        };
        self.elsewhere.get(&place).cloned().unwrap_or_default()
    }

    /// How many rows wait behind each cluster.
    fn blocked(&self, count: usize, held: &Held, sheets: &Sheets) -> Vec<usize> {
        let mut blocked = vec![0; count];
        for (root, waiting) in &held.by_root {
            for at in self.of_root(root, sheets) {
                blocked[at as usize] += waiting;
            }
        }
        blocked
    }
}

/// Puts the clusters in order of their effect, and says what passes with each.
pub(super) fn weighed(
    checked: &Checked<'_>,
    mut clusters: Clusters,
    held: &Held,
    well: usize,
    hold_back: HoldBack,
    lang: Lang,
) -> Causes {
    let sheets = checked.sheets();
    take_whole_files(&mut clusters, &held.rejected);
    take_broken_templates(&mut clusters, &held.rejected, checked);
    take_silent_roots(&mut clusters, held, checked, lang);
    let mut list = without_tails(clusters, held, sheets);
    let links = Links::of(&list);
    let blocked = links.blocked(list.len(), held, sheets);
    let order = in_order(&list, &blocked);
    let mut positions = vec![0_u32; order.len()];
    for (position, at) in (0_u32..).zip(&order) {
        positions[*at] = position;
    }
    let freed = freed(&links, &positions, held, hold_back, sheets);
    let rows = well + freed.iter().sum::<usize>();
    let mut passing = well;
    let mut causes = Vec::with_capacity(order.len());
    for (at, freed) in order.iter().zip(freed) {
        passing += freed;
        let (key, cluster) = std::mem::replace(&mut list[*at], (Key::default(), Cluster::empty()));
        let weight = Weight { blocked: blocked[*at], passing, share: share(passing, rows) };
        causes.push(words::cause(&key, cluster, &weight, checked, lang));
    }
    let mut own: Vec<(RowRef, u32)> = links.own.iter().map(|(row, at)| (*row, positions[*at as usize])).collect();
    own.sort_unstable();
    Causes { rows, well, list: causes, own }
}

/// An error of a whole file or header concerns every rejected row of its sheet.
fn take_whole_files(clusters: &mut Clusters, rejected: &[RowRef]) {
    for (_, cluster) in clusters.list.iter_mut().filter(|(_, cluster)| !cluster.whole.is_empty()) {
        let of_file = rejected.iter().filter(|row| cluster.whole.contains(&row.sheet)).copied();
        cluster.rows.extend(of_file.collect::<Vec<_>>());
    }
}

/// A customer that is rejected for its own cells needs its template too.
fn take_broken_templates(clusters: &mut Clusters, rejected: &[RowRef], checked: &Checked<'_>) {
    let (customers, templates) = (&checked.sheets().customers, checked.templates());
    let broken = |row: &RowRef| {
        let name = customers.cell(row.index, c::TEMPLATE.spec.header);
        Some((*row, templates.get(name.trim())?.broken.as_ref()?.to_string()))
    };
    let customers_rejected = rejected.iter().filter(|row| row.sheet == SheetKind::Customers);
    for (row, place) in customers_rejected.filter_map(broken) {
        let behind = clusters.list.iter_mut().filter(|(_, cluster)| cluster.elsewhere.contains(&place));
        behind.for_each(|(_, cluster)| cluster.rows.push(row));
    }
}

/// Rows can wait for a row that has no problem itself: one that is left out on purpose.
fn take_silent_roots(clusters: &mut Clusters, held: &Held, checked: &Checked<'_>, lang: Lang) {
    let links = Links::of(&clusters.list);
    for root in held.by_root.keys().filter(|root| links.of_root(root, checked.sheets()).is_empty()) {
        let (place, cluster) = words::silent_root(root, checked, lang);
        clusters.take(("root".to_owned(), place), cluster);
    }
}

/// Keeps the largest of each code and column apart, and puts the others together. What is in the way of no row is no
/// cause.
fn without_tails(clusters: Clusters, held: &Held, sheets: &Sheets) -> Vec<(Key, Cluster)> {
    let links = Links::of(&clusters.list);
    let blocked = links.blocked(clusters.list.len(), held, sheets);
    let mut seen: HashMap<&str, usize> = HashMap::new();
    let mut tail = HashSet::new();
    for at in in_order(&clusters.list, &blocked) {
        let ((family, apart), cluster) = &clusters.list[at];
        let count = seen.entry(family).or_default();
        *count += 1;
        // Values that stand in one row each are no pattern of their own.
        if !apart.is_empty() && (*count > APART_MAX || cluster.rows.len() + blocked[at] == 1) {
            tail.insert(at);
        }
    }
    let mut kept = Clusters::default();
    for (at, (key, cluster)) in clusters.list.into_iter().enumerate() {
        if cluster.rows.len() + blocked[at] == 0 {
            continue;
        }
        let key = if tail.contains(&at) { (key.0, OTHERS.to_owned()) } else { key };
        kept.take(key, cluster);
    }
    kept.list
}

/// The positions of clusters, the largest effect first; of equals the first found.
fn in_order(clusters: &[(Key, Cluster)], blocked: &[usize]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..clusters.len()).collect();
    order.sort_by_key(|&at| {
        let rows = clusters[at].1.rows.len();
        (Reverse(rows + blocked[at]), Reverse(rows), at)
    });
    order
}

/// How many rows become well with each cause, in the order of the causes: a row is well with the last of all that
/// concern it and what it waits for.
fn freed(links: &Links, positions: &[u32], held: &Held, hold_back: HoldBack, sheets: &Sheets) -> Vec<usize> {
    let mut freed = vec![0; positions.len()];
    let last = |own: &[(RowRef, u32)]| own.iter().map(|(_, at)| positions[*at as usize]).max().unwrap_or_default();
    let mut of_customer: HashMap<String, u32> = HashMap::new();
    let mut of_all = 0;
    for own in links.own.chunk_by(|a, b| a.0 == b.0) {
        let last = last(own);
        freed[last as usize] += 1;
        of_all = of_all.max(last);
        if hold_back == HoldBack::Customer {
            let of = of_customer.entry(customer_of(own[0].0, sheets)).or_default();
            *of = last.max(*of);
        }
    }
    for (root, waiting) in &held.by_root {
        let of_root = links.of_root(root, sheets).iter().map(|at| positions[*at as usize]).max().unwrap_or_default();
        let last = match (hold_back, root) {
            (HoldBack::All, _) => of_all.max(of_root),
            (HoldBack::Customer, Root::Row(row)) => {
                of_customer.get(&customer_of(*row, sheets)).copied().unwrap_or_default().max(of_root)
            }
            _ => of_root,
        };
        if let Some(freed) = freed.get_mut(last as usize) {
            *freed += waiting;
        }
    }
    freed
}
