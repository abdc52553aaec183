//! Who asks, and how much may be asked.

use std::sync::atomic::{AtomicU64, Ordering};

use crate::api::pages::Ask;
use crate::api::wire::{Answer, Request};
use crate::api::{Client, Failure, Weight, calls};

/// How many requests may be made; without a limit, any.
#[derive(Debug, Default)]
pub struct Budget {
    left: Option<AtomicU64>,
}

impl Budget {
    /// At most so many.
    pub const fn of(requests: u64) -> Self {
        Self { left: Some(AtomicU64::new(requests)) }
    }

    /// Takes some out, all or none.
    fn take(&self, requests: u64) -> bool {
        let Some(left) = &self.left else { return true };
        left.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(requests)).is_ok()
    }

    /// What is left of it.
    pub fn left(&self) -> usize {
        let left = self.left.as_ref().map(|left| left.load(Ordering::Relaxed));
        left.and_then(|left| usize::try_from(left).ok()).unwrap_or(usize::MAX)
    }

    fn give_back(&self, requests: u64) {
        if let Some(left) = &self.left {
            left.fetch_add(requests, Ordering::Relaxed);
        }
    }
}

/// Why something was not read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Halt {
    /// Webex did not answer, or not in a way that can be understood.
    Failed(Failure),
    /// The budget was used up before.
    OverBudget,
}

impl From<Failure> for Halt {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Asks within a budget. What was set aside and not used goes back.
pub(super) struct Reader<'a> {
    client: &'a Client,
    budget: &'a Budget,
    set_aside: AtomicU64,
    /// The organisation that is asked about, if it is one.
    org_id: Option<String>,
}

impl<'a> Reader<'a> {
    /// A reader with so many requests set aside; none when the budget does not hold them.
    pub fn with(client: &'a Client, budget: &'a Budget, requests: u64) -> Option<Self> {
        if !budget.take(requests) {
            return None;
        }
        Some(Self { client, budget, set_aside: AtomicU64::new(requests), org_id: None })
    }

    /// From now on it asks in this organisation.
    pub fn enter(&mut self, org_id: &str) {
        self.org_id = Some(org_id.to_owned());
    }

    async fn send(&self, request: Request) -> Result<Answer, Halt> {
        let own = self.set_aside.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |own| own.checked_sub(1));
        if own.is_err() && !self.budget.take(1) {
            return Err(Halt::OverBudget);
        }
        Ok(self.client.send(Weight::Repeatable, request).await?)
    }
}

impl Ask for Reader<'_> {
    type Error = Halt;

    /// A 403 opens the organisation and tries once more.
    async fn ask(&self, request: Request) -> Result<Answer, Halt> {
        match (self.send(request.clone()).await, &self.org_id) {
            (Err(Halt::Failed(Failure::Rejected(refusal))), Some(org_id)) if refusal.status == 403 => {
                self.send(calls::open_organisation(org_id)).await?;
                self.send(request).await
            }
            (sent, _) => sent,
        }
    }
}

impl Drop for Reader<'_> {
    fn drop(&mut self) {
        self.budget.give_back(self.set_aside.load(Ordering::Relaxed));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_never_overdrawn() {
        let budget = Budget::of(3);
        assert!(budget.take(2) && !budget.take(2) && budget.take(1) && !budget.take(1));
        budget.give_back(2);
        assert!(budget.take(2));
        assert_eq!((budget.left(), Budget::of(7).left()), (0, 7));
        assert!(Budget::default().take(u64::MAX));
    }
}
