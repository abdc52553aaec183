//! Which location says that a number is its own: spare numbers and main numbers of customers and locations.

use crate::model::{NumberRange, Phone};
use crate::sheet::{RowRef, customers as c};

use super::context::{Context, Site, judged_customers, judged_locations};

/// Numbers that a row says belong to a site.
#[derive(Debug, Clone, Copy)]
pub(super) struct Claim {
    pub range: NumberRange,
    pub site: Site,
    pub row: RowRef,
    pub header: &'static str,
}

/// All claims in order of their first number.
#[derive(Debug, Default)]
pub(super) struct Claims {
    sorted: Vec<Claim>,
    /// For every claim, the position of the one among it and those before it that reaches farthest.
    farthest: Vec<usize>,
}

impl Claims {
    /// What customers and locations claim.
    pub fn new(context: &Context<'_>) -> Self {
        let mut sorted = Vec::new();
        for site in sites(context) {
            let numbers = context.numbers.site(site);
            let mut claim = |range, header| sorted.push(Claim { range, site, row: site.row(), header });
            numbers.listed.iter().for_each(|range| claim(*range, c::NUMBERS.spec.header));
            numbers.main.into_iter().for_each(|phone| claim(NumberRange::one(phone), c::MAIN_NUMBER.spec.header));
        }
        sorted.sort_by_key(|claim| (claim.range, claim.row));
        let mut farthest: Vec<usize> = Vec::with_capacity(sorted.len());
        for (at, claim) in sorted.iter().enumerate() {
            let before = farthest.last().copied().filter(|&before| sorted[before].range.last() >= claim.range.last());
            farthest.push(before.unwrap_or(at));
        }
        Self { sorted, farthest }
    }

    /// Every claim, in order of its first number.
    pub fn iter(&self) -> impl Iterator<Item = &Claim> {
        self.sorted.iter()
    }

    /// The claim that reaches farthest among those that begin at the number or before it, if it holds the number.
    pub fn holding(&self, phone: Phone) -> Option<&Claim> {
        let behind = self.sorted.partition_point(|claim| claim.range.first() <= phone);
        let claim = &self.sorted[*self.farthest.get(behind.checked_sub(1)?)?];
        (claim.range.last() >= phone).then_some(claim)
    }

    /// Every claim that meets an earlier one of another site, with that one.
    pub fn meeting(&self) -> impl Iterator<Item = (&Claim, &Claim)> {
        self.sorted.iter().zip(&self.farthest).skip(1).enumerate().filter_map(|(before, (claim, _))| {
            let other = &self.sorted[self.farthest[before]];
            (other.range.last() >= claim.range.first() && other.site != claim.site).then_some((other, claim))
        })
    }
}

/// Every headquarters and branch. A location that stands there twice has a finding of its own.
fn sites(context: &Context<'_>) -> impl Iterator<Item = Site> {
    let headquarters = judged_customers(context.rows).map(|row| Site::Headquarters(row.index));
    let branches = judged_locations(context.rows).map(|row| Site::Branch(row.index));
    headquarters.chain(branches).filter(|site| context.is_first(*site))
}
