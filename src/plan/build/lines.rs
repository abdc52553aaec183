//! Numbers and extensions that go from one person to another: what the one gives up is free before the other gets it.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::Builder;
use crate::check::{Deleted, Sourced};
use crate::model::{Package, User};
use crate::plan::diff::{Obstacle, Why};
use crate::plan::id::StepId;
use crate::plan::known::Confirmed;
use crate::plan::step::{Action, Calls, Change, Source, Stage, Step};
use crate::plan::work::{ReleaseWork, Work};

/// What a person is called under.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
enum Line {
    Number(String),
    /// Customer, location and extension.
    Extension(String, String, String),
}

impl Line {
    const fn column(&self) -> &'static str {
        match self {
            Self::Number(_) => "phone_number",
            Self::Extension(..) => "extension",
        }
    }

    fn text(&self) -> &str {
        match self {
            Self::Number(text) | Self::Extension(_, _, text) => text,
        }
    }
}

/// How a person gets rid of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Parting {
    /// Another one takes its place, or it is cleared.
    Exchanged,
    /// Calling ends, and with it everything that is dialled.
    WithCalling,
}

/// What the exchange of lines asks of single rows of the users sheet.
#[derive(Debug, Default)]
pub(super) struct Lines {
    /// Steps that must be done before the user's own.
    needs: HashMap<usize, Vec<StepId>>,
    /// Rows whose person gives a number up before anything else, with the number.
    releases: BTreeMap<usize, String>,
    /// Numbers that go round in a circle with others and are given up before anything else.
    circling: HashSet<String>,
    /// Numbers that persons who are deleted give up before, for others who wait for them, by e-mail address.
    departures: BTreeMap<String, String>,
    /// Numbers that rows want and that persons may still hold who were deleted in an earlier run: their e-mail addresses.
    legacies: HashMap<usize, String>,
    obstacles: HashMap<usize, Vec<Obstacle>>,
}

impl Lines {
    pub fn needs(&self, row: usize) -> &[StepId] {
        self.needs.get(&row).map(Vec::as_slice).unwrap_or_default()
    }

    pub fn obstacles(&self, row: usize) -> &[Obstacle] {
        self.obstacles.get(&row).map(Vec::as_slice).unwrap_or_default()
    }

    pub const fn departures(&self) -> &BTreeMap<String, String> {
        &self.departures
    }

    pub fn refused(&self) -> impl Iterator<Item = usize> {
        self.obstacles.keys().copied()
    }

    fn refuse(&mut self, claim: &Claim<'_>, why: Why, by: &str) {
        let obstacle = Obstacle {
            column: claim.line.column().to_owned(),
            from: claim.before.clone(),
            to: claim.line.text().to_owned(),
            why,
            by: by.to_owned(),
        };
        self.obstacles.entry(claim.taker.row.index).or_default().push(obstacle);
    }
}

/// A line that a row wants and its person does not have.
struct Claim<'a> {
    taker: &'a Sourced<User>,
    line: Line,
    /// What the person has in its place.
    before: String,
    /// Who has it.
    holders: Vec<String>,
}

impl<'a> Builder<'a> {
    /// Looks who wants what somebody else has. A person who keeps it keeps it.
    pub(super) fn exchange_lines(&mut self) {
        let mut claims = self.claims();
        if claims.is_empty() {
            return;
        }
        self.find_holders(&mut claims);
        let mut lines = Lines::default();
        self.refuse_numbers_from_elsewhere(&claims, &mut lines);
        self.find_legacies(&claims, &mut lines);
        claims.retain(|claim| !claim.holders.is_empty());
        let rows: HashMap<&str, &Sourced<User>> =
            self.batch.users().iter().map(|user| (user.value.email.as_str(), user)).collect();
        let leaving = self.leaving();
        self.judge_claims(&claims, &rows, &leaving, &mut lines);
        break_circles(&claims, &mut lines);
        loop {
            self.judge_claims(&claims, &rows, &leaving, &mut lines);
            if !self.open_circles(&claims, &rows, &mut lines) {
                break;
            }
        }
        claims.retain(|claim| !lines.obstacles.contains_key(&claim.taker.row.index));
        for claim in &claims {
            order(claim, &rows, &mut lines);
            depart(claim, &leaving, &mut lines);
        }
        self.lines = lines;
    }

    fn claims(&self) -> Vec<Claim<'a>> {
        let mut claims = Vec::new();
        for taker in self.batch.users().iter().filter(|user| !self.refused.contains(&user.row.index)) {
            let user = &taker.value;
            let Some(location) = &user.location else { continue };
            let known = self.known.get(&StepId::user(user.email.as_str()));
            let before = |column: &str| known.and_then(|known| known.fields.get(column)).cloned().unwrap_or_default();
            let number = user.phone_number.map(|phone| Line::Number(phone.to_string()));
            let extension =
                user.extension.map(|text| Line::Extension(user.customer.clone(), location.clone(), text.to_string()));
            for line in number.into_iter().chain(extension) {
                let before = before(line.column());
                if before != line.text() {
                    claims.push(Claim { taker, line, before, holders: Vec::new() });
                }
            }
        }
        claims
    }

    fn find_holders(&self, claims: &mut [Claim<'a>]) {
        let mut wanted: HashMap<Line, Vec<usize>> = HashMap::new();
        for (position, claim) in claims.iter().enumerate() {
            wanted.entry(claim.line.clone()).or_default().push(position);
        }
        if wanted.is_empty() {
            return;
        }
        // Of very many known persons hardly any has one of the lines; only these are taken apart.
        let texts: HashSet<&str> = claims.iter().map(|claim| claim.line.text()).collect();
        let has_one = |known: &Confirmed| {
            let column = |name: &str| known.fields.get(name).is_some_and(|text| texts.contains(text.as_str()));
            column("phone_number") || column("extension")
        };
        let holders: Vec<(&StepId, &Confirmed)> = self.known.iter().filter(|(_, known)| has_one(known)).collect();
        for (id, known) in holders.into_iter().filter(|(id, _)| id.stage() == Some(Stage::Users)) {
            let email = id.parts().concat();
            for position in lines_of(known).filter_map(|line| wanted.get(&line)).flatten() {
                if claims[*position].taker.value.email.as_str() != email {
                    claims[*position].holders.push(email.clone());
                }
            }
        }
        for claim in claims {
            claim.holders.sort_unstable();
        }
    }

    /// Looks who was deleted in an earlier run and had a number that nobody is known to have since.
    fn find_legacies(&self, claims: &[Claim<'a>], lines: &mut Lines) {
        let left: HashMap<&str, (&StepId, &str)> =
            self.known.legacies().map(|(id, left)| (left.number.as_str(), (id, left.customer.as_str()))).collect();
        if left.is_empty() {
            return;
        }
        for claim in claims.iter().filter(|claim| claim.holders.is_empty()) {
            let Line::Number(number) = &claim.line else { continue };
            let user = &claim.taker.value;
            let held = left.get(number.as_str()).filter(|(_, customer)| *customer == user.customer);
            if let Some((holder, _)) = held.filter(|(id, _)| **id != StepId::user(user.email.as_str())) {
                lines.legacies.insert(claim.taker.row.index, holder.parts().concat());
            }
        }
    }

    /// Known persons who are deleted, alone or with their customer.
    fn leaving(&self) -> HashSet<&'a str> {
        let mut emails = HashSet::new();
        let mut customers = HashSet::new();
        for deletion in self.batch.deletions() {
            match &deletion.what {
                Deleted::User { email, .. } => drop(emails.insert(email.as_str())),
                Deleted::Customer { external_id } => drop(customers.insert(external_id.as_str())),
                Deleted::Location { .. } => {}
            }
        }
        if !customers.is_empty() {
            let users = self.known.iter().filter(|(id, _)| id.stage() == Some(Stage::Users));
            let goes = |known: &Confirmed| {
                known.fields.get("customer_external_id").is_some_and(|customer| customers.contains(customer.as_str()))
            };
            emails
                .extend(users.filter(|(_, known)| goes(known)).filter_map(|(id, _)| id.as_str().strip_prefix("user/")));
        }
        emails
    }

    /// Moving a number between locations is a job of its own, which turnup does not begin.
    fn refuse_numbers_from_elsewhere(&self, claims: &[Claim<'a>], lines: &mut Lines) {
        for claim in claims {
            let Line::Number(number) = &claim.line else { continue };
            let user = &claim.taker.value;
            let own = user.location.as_ref().map(|location| StepId::numbers(&user.customer, location));
            if let Some(place) = self.places.holding(number).filter(|place| Some(*place) != own.as_ref()) {
                lines.refuse(claim, Why::Elsewhere, &place.parts().join("/"));
            }
        }
    }

    /// Who is refused gives nothing up either, so judging goes on until nobody more is refused.
    fn judge_claims(
        &self,
        claims: &[Claim<'a>],
        rows: &HashMap<&str, &Sourced<User>>,
        leaving: &HashSet<&str>,
        lines: &mut Lines,
    ) {
        loop {
            let before = lines.obstacles.len();
            for claim in claims {
                self.judge_claim(claim, rows, leaving, lines);
            }
            if lines.obstacles.len() == before {
                return;
            }
        }
    }

    fn judge_claim(
        &self,
        claim: &Claim<'a>,
        rows: &HashMap<&str, &Sourced<User>>,
        leaving: &HashSet<&str>,
        lines: &mut Lines,
    ) {
        if lines.obstacles.contains_key(&claim.taker.row.index) {
            return;
        }
        let gives_up = |holder: &&String| {
            leaving.contains(holder.as_str())
                || rows.get(holder.as_str()).is_some_and(|row| {
                    let index = row.row.index;
                    !self.refused.contains(&index)
                        && !lines.obstacles.contains_key(&index)
                        && parting(row, &claim.line).is_some()
                })
        };
        if let Some(holder) = claim.holders.iter().find(|holder| !gives_up(holder)) {
            lines.refuse(claim, Why::LineHeld, holder);
        }
    }

    /// Where numbers go round in a circle, somebody gives theirs up before getting another one. Webex leaves no calling
    /// user without number and extension, so that is somebody who has an extension. Says whether a row is refused.
    fn open_circles(&self, claims: &[Claim<'a>], rows: &HashMap<&str, &Sourced<User>>, lines: &mut Lines) -> bool {
        let mut circles = Circles::new(claims);
        let mut is_refused = false;
        while let Some(circle) = circles.next(lines) {
            let opens = |claim: &&Claim<'a>| {
                let holder = claim.holders.first().and_then(|holder| rows.get(holder.as_str()));
                let is_exchanged = holder.is_some_and(|row| parting(row, &claim.line) == Some(Parting::Exchanged));
                matches!(claim.line, Line::Number(_)) && is_exchanged && self.has_extension(&claim.holders[0])
            };
            if let Some(claim) = circle.iter().copied().find(opens) {
                lines.circling.insert(claim.line.text().to_owned());
                continue;
            }
            let of_number = circle.iter().copied().find(|claim| matches!(claim.line, Line::Number(_)));
            if let Some(claim) = of_number.or_else(|| circle.first().copied()) {
                lines.refuse(claim, Why::NumberCircle, "");
                is_refused = true;
            }
        }
        is_refused
    }

    fn has_extension(&self, email: &str) -> bool {
        self.known.get(&StepId::user(email)).is_some_and(|known| known.fields.contains_key("extension"))
    }

    /// The step that takes a number from a person for whom another one waits.
    pub(super) fn release(&mut self, sourced: &'a Sourced<User>, needs: Vec<StepId>) -> Option<StepId> {
        let number = self.lines.releases.get(&sourced.row.index)?.clone();
        let user = &sourced.value;
        let work = ReleaseWork {
            customer: user.customer.clone(),
            email: user.email.to_string(),
            number,
            location: user.location.clone(),
            next: user.phone_number.map(|phone| phone.to_string()),
            gone: false,
        };
        let step = release(sourced.row.into(), needs, work);
        let id = step.id.clone();
        self.plan.steps.push(step);
        Some(id)
    }

    /// The step that takes the number of a row from a person who was deleted in an earlier run.
    pub(super) fn take_over(&mut self, sourced: &'a Sourced<User>) -> Option<StepId> {
        let holder = self.lines.legacies.get(&sourced.row.index)?.clone();
        let user = &sourced.value;
        let work = ReleaseWork {
            customer: user.customer.clone(),
            email: holder,
            number: user.phone_number?.to_string(),
            location: user.location.clone(),
            next: None,
            gone: true,
        };
        let step = release(sourced.row.into(), vec![StepId::customer(&user.customer)], work);
        let id = step.id.clone();
        self.plan.steps.push(step);
        Some(id)
    }
}

/// The step that takes a number from a person.
pub(super) fn release(source: Source, needs: Vec<StepId>, work: ReleaseWork) -> Step {
    let change = Change { column: "phone_number".to_owned(), from: Some(work.number.clone()), to: String::new() };
    Step {
        id: StepId::release(&work.email),
        stage: Stage::Users,
        action: Action::Update,
        needs,
        source,
        fields: crate::plan::Fields::default(),
        changes: vec![change],
        calls: Calls { read: 1, write: 1 },
        work: Work::Release(work),
    }
}

fn lines_of(known: &Confirmed) -> impl Iterator<Item = Line> {
    let text = |column: &str| known.fields.get(column).cloned();
    let number = text("phone_number").map(Line::Number);
    let place = text("customer_external_id").zip(text("location"));
    let extension = place.zip(text("extension")).map(|((c, l), extension)| Line::Extension(c, l, extension));
    number.into_iter().chain(extension)
}

/// How the person of a row gets rid of a line, if at all.
fn parting(row: &Sourced<User>, line: &Line) -> Option<Parting> {
    let user = &row.value;
    if !Package::is_calling(user.package) {
        return Some(Parting::WithCalling);
    }
    let next = match line {
        Line::Number(_) => user.phone_number.map(|phone| phone.to_string()),
        Line::Extension(..) => user.extension.map(|extension| extension.to_string()),
    };
    let gives_up = next.is_some_and(|next| next != line.text()) || row.removed.contains(&line.column());
    gives_up.then_some(Parting::Exchanged)
}

/// Extensions cannot be taken from a person without giving another one, so they cannot go round in a circle.
fn break_circles(claims: &[Claim<'_>], lines: &mut Lines) {
    let mut before: HashMap<&str, &str> = HashMap::new();
    for claim in claims.iter().filter(|claim| matches!(claim.line, Line::Extension(..))) {
        if let Some(holder) = claim.holders.first().filter(|_| !lines.obstacles.contains_key(&claim.taker.row.index)) {
            before.insert(claim.taker.value.email.as_str(), holder);
        }
    }
    let mut in_circle: HashSet<&str> = HashSet::new();
    for start in before.keys().copied() {
        let mut seen = HashSet::new();
        let mut at = start;
        while let Some(&next) = before.get(at).filter(|_| seen.insert(at)) {
            at = next;
        }
        if at == start && before.contains_key(start) {
            in_circle.insert(start);
        }
    }
    for claim in claims.iter().filter(|claim| matches!(claim.line, Line::Extension(..))) {
        if in_circle.contains(claim.taker.value.email.as_str()) {
            lines.refuse(claim, Why::ExtensionCircle, "");
        }
    }
}

/// Looks for claims that wait for each other in a circle. What was seen once without meeting a circle meets none later:
/// circles are only opened.
struct Circles<'c, 'a> {
    /// What each person wants that somebody else has.
    wanted: HashMap<&'c str, Vec<&'c Claim<'a>>>,
    /// Whom to begin with, the last one first.
    starts: Vec<&'c str>,
    done: HashSet<&'c str>,
}

impl<'c, 'a> Circles<'c, 'a> {
    fn new(claims: &'c [Claim<'a>]) -> Self {
        let mut wanted: HashMap<&str, Vec<&Claim<'a>>> = HashMap::new();
        for claim in claims.iter().filter(|claim| !claim.holders.is_empty()) {
            wanted.entry(claim.taker.value.email.as_str()).or_default().push(claim);
        }
        let mut starts: Vec<&str> = wanted.keys().copied().collect();
        starts.sort_unstable_by(|one, other| other.cmp(one));
        Self { wanted, starts, done: HashSet::new() }
    }

    /// The claims of the next circle that is not open yet.
    fn next(&mut self, lines: &Lines) -> Option<Vec<&'c Claim<'a>>> {
        let is_open = |claim: &Claim<'_>| {
            let is_opened = matches!(&claim.line, Line::Number(number) if lines.circling.contains(number));
            !is_opened && !lines.obstacles.contains_key(&claim.taker.row.index)
        };
        while let Some(start) = self.starts.last().copied() {
            let mut path: Vec<(&'c str, usize, Option<&'c Claim<'a>>)> = vec![(start, 0, None)];
            while let Some((at, next, _)) = path.last().copied() {
                let claim = self.wanted.get(at).and_then(|claims| claims.get(next)).copied();
                let Some(claim) = claim.filter(|_| !self.done.contains(at)) else {
                    self.done.insert(at);
                    path.pop();
                    continue;
                };
                if let Some(last) = path.last_mut() {
                    last.1 += 1;
                }
                if !is_open(claim) {
                    continue;
                }
                let holder = claim.holders[0].as_str();
                if let Some(from) = path.iter().position(|(on, ..)| *on == holder) {
                    return Some(path[from + 1..].iter().filter_map(|(.., by)| *by).chain([claim]).collect());
                }
                path.push((holder, 0, Some(claim)));
            }
            self.starts.pop();
        }
        None
    }
}

/// The taker's step comes after what frees the line.
fn order(claim: &Claim<'_>, rows: &HashMap<&str, &Sourced<User>>, lines: &mut Lines) {
    for row in claim.holders.iter().filter_map(|holder| rows.get(holder.as_str())) {
        let email = row.value.email.as_str();
        let need = match (&claim.line, parting(row, &claim.line)) {
            (Line::Number(number), Some(Parting::Exchanged)) if lines.circling.contains(number) => {
                lines.releases.insert(row.row.index, number.clone());
                StepId::release(email)
            }
            _ => StepId::user(email),
        };
        lines.needs.entry(claim.taker.row.index).or_default().push(need);
    }
}

/// Whether the number of a deleted person stays with the person or with the location is not said (`webex-api.md` 3.1), so
/// it is taken from the person before.
fn depart(claim: &Claim<'_>, leaving: &HashSet<&str>, lines: &mut Lines) {
    let Line::Number(number) = &claim.line else { return };
    for holder in claim.holders.iter().filter(|holder| leaving.contains(holder.as_str())) {
        lines.departures.insert(holder.clone(), number.clone());
        lines.needs.entry(claim.taker.row.index).or_default().push(StepId::release(holder));
    }
}
