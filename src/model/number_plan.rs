//! Google's number plans as automata, compiled from the phone library's own metadata when a calling code is first met.
//!
//! The library reads a number in microseconds; a walk over an automaton takes a small part of one. Where the library
//! might take digits off a number (a national prefix inside E.164), nothing is decided here and the library is asked.
//! A property test holds that both say the same.

use std::cell::{Cell, RefCell};
use std::sync::OnceLock;

use regex_automata::hybrid::dfa::{Cache, DFA};
use regex_automata::nfa::thompson;
use regex_automata::util::syntax;
use regex_automata::{Anchored, Input, MatchKind};
use rlibphonenumber::{PHONE_NUMBER_UTIL, Region};

use super::tables::{PlanPattern, Tables};

/// Calling codes have one to three digits.
const CODES: usize = 1000;
/// Memory that one automaton may take per thread, in bytes; beyond it, it starts anew.
const CACHE_BYTES_MAX: usize = 1 << 20;

/// What the plans say about a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Judgement {
    /// In the plan of a country; `World` for numbers of no country.
    Valid { calling_code: u16, region: Region, is_personal: bool },
    /// In no plan.
    Invalid,
    /// Only the library knows.
    Doubt,
}

/// What a pattern of an automaton stands for.
#[derive(Debug, Clone, Copy)]
struct Mark {
    /// Position among the regions of the calling code.
    region: usize,
    part: Part,
    /// The lengths that count, as bits; none means any.
    lengths: u32,
}

#[derive(Debug, Clone, Copy)]
enum Part {
    /// The library may take the beginning off.
    Prefix,
    /// Digits that only this region's numbers begin with.
    LeadingDigits,
    /// The shape of all numbers of the region.
    General,
    /// Numbers of a kind, by its position in the order in which the library tries them.
    Kind(usize),
}

/// The kinds of numbers, in the order in which the library tries them.
const KINDS: [&str; 10] = [
    "premium_rate",
    "toll_free",
    "shared_cost",
    "voip",
    "personal_number",
    "pager",
    "uan",
    "voicemail",
    "fixed_line",
    "mobile",
];
/// Kinds that a person cannot have, by their position.
const IMPERSONAL: [usize; 5] = [0, 1, 2, 6, 7];
/// Most regions that share a calling code.
const REGIONS_MAX: usize = 32;

/// The plan of one calling code.
struct Plan {
    calling_code: u16,
    automaton: DFA,
    marks: Vec<Mark>,
    regions: Vec<Region>,
}

thread_local! {
    static CACHES: RefCell<Vec<Option<Cache>>> = const { RefCell::new(Vec::new()) };
    /// The number judged last; rules ask about one number several times.
    static LAST: Cell<(u64, Judgement)> = const { Cell::new((0, Judgement::Invalid)) };
}

/// The calling code that a number begins with, and how many digits follow it.
pub(super) fn calling_code(number: u64) -> Option<(u16, u32)> {
    static KNOWN: OnceLock<Vec<bool>> = OnceLock::new();
    let known = KNOWN.get_or_init(|| {
        let mut known = vec![false; CODES];
        for code in PHONE_NUMBER_UTIL.get_supported_calling_codes() {
            if let Some(slot) = usize::try_from(code).ok().and_then(|code| known.get_mut(code)) {
                *slot = true;
            }
        }
        known
    });
    let length = number.checked_ilog10()? + 1;
    (1..=length.min(3)).find_map(|digits| {
        let code = u16::try_from(number / 10_u64.pow(length - digits)).ok()?;
        known[usize::from(code)].then_some((code, length - digits))
    })
}

/// Judges the digits of an E.164 number.
pub(super) fn judge(number: u64) -> Judgement {
    let (last, judgement) = LAST.get();
    if last == number {
        return judgement;
    }
    let judgement = judge_anew(number);
    LAST.set((number, judgement));
    judgement
}

fn judge_anew(number: u64) -> Judgement {
    let Some((code, rest)) = calling_code(number) else { return Judgement::Invalid };
    let Some(plan) = plan(code) else { return Judgement::Doubt };
    let mut digits = itoa::Buffer::new();
    let digits = digits.format(number);
    let national = &digits[digits.len() - rest as usize..];
    CACHES.with_borrow_mut(|caches| {
        caches.resize_with(CODES, || None);
        let cache = caches[usize::from(code)].get_or_insert_with(|| plan.automaton.create_cache());
        plan.judge(cache, national).unwrap_or(Judgement::Doubt)
    })
}

fn plan(code: u16) -> Option<&'static Plan> {
    static PLANS: [OnceLock<Option<Plan>>; CODES] = [const { OnceLock::new() }; CODES];
    PLANS[usize::from(code)].get_or_init(|| Plan::new(code)).as_ref()
}

impl Plan {
    /// None where the library must be asked.
    fn new(code: u16) -> Option<Self> {
        static TABLE: OnceLock<Vec<PlanPattern>> = OnceLock::new();
        let table = TABLE.get_or_init(Tables::number_plans);
        let calling_code = code;
        let code = i32::from(code);
        let regions: Vec<Region> = PHONE_NUMBER_UTIL.get_regions_for_country_calling_code(code)?.collect();
        let (mut patterns, mut marks) = (Vec::new(), Vec::new());
        for line in table.iter().filter(|line| i32::from(line.calling_code) == code) {
            let region = regions.iter().position(|region| region.to_string() == line.region)?;
            let part = match line.part.as_str() {
                // Numbers are read with the prefixes of the first region.
                "prefix" if region > 0 => continue,
                "prefix" => Part::Prefix,
                "leading_digits" => Part::LeadingDigits,
                "general" => Part::General,
                kind => Part::Kind(KINDS.iter().position(|known| *known == kind)?),
            };
            let rest = if matches!(part, Part::Prefix | Part::LeadingDigits) { "[0-9]*" } else { "" };
            patterns.push(format!("(?:{}){rest}", line.pattern));
            let bits = line.lengths.iter().map(|length| 1_u32.checked_shl(length.parse().ok()?));
            let lengths = bits.collect::<Option<Vec<u32>>>()?.into_iter().fold(0, |all, bit| all | bit);
            marks.push(Mark { region, part, lengths });
        }
        if patterns.is_empty() {
            return None;
        }
        let automaton = DFA::builder()
            .configure(DFA::config().match_kind(MatchKind::All).cache_capacity(CACHE_BYTES_MAX))
            .thompson(thompson::Config::new().utf8(false))
            .syntax(syntax::Config::new().unicode(false).utf8(false))
            .build_many(&patterns)
            .ok()?;
        Some(Self { calling_code, automaton, marks, regions })
    }

    fn judge(&self, cache: &mut Cache, national: &str) -> Option<Judgement> {
        let start = Input::new(national).anchored(Anchored::Yes);
        let mut state = self.automaton.start_state_forward(cache, &start).ok()?;
        for byte in national.bytes() {
            state = self.automaton.next_state(cache, state, byte).ok()?;
            if state.is_dead() {
                return Some(Judgement::Invalid);
            }
        }
        state = self.automaton.next_eoi_state(cache, state).ok()?;
        if !state.is_match() {
            return Some(Judgement::Invalid);
        }
        let length = u32::try_from(national.len()).ok()?;
        let matched = (0..self.automaton.match_len(cache, state))
            .map(|at| self.marks[self.automaton.match_pattern(cache, state, at).as_usize()])
            .filter(|mark| mark.lengths == 0 || (mark.lengths >> length) & 1 == 1);
        self.conclude(matched)
    }

    /// The library's order: the first region whose leading digits or whose kinds fit is the number's, and then one of
    /// its kinds must fit.
    fn conclude(&self, matched: impl Iterator<Item = Mark>) -> Option<Judgement> {
        let mut general = 0_u32;
        let mut leading = 0_u32;
        let mut kinds = [KINDS.len(); REGIONS_MAX];
        for mark in matched {
            let bit = 1_u32.checked_shl(u32::try_from(mark.region).ok()?)?;
            match mark.part {
                Part::Prefix => return Some(Judgement::Doubt),
                Part::LeadingDigits => leading |= bit,
                Part::General => general |= bit,
                Part::Kind(kind) => kinds[mark.region] = kinds[mark.region].min(kind),
            }
        }
        for (at, region) in self.regions.iter().enumerate() {
            let has = |bits: u32| (bits >> at) & 1 == 1;
            let is_valid = has(general) && kinds[at] < KINDS.len();
            if is_valid {
                let is_personal = !IMPERSONAL.contains(&kinds[at]);
                return Some(Judgement::Valid { calling_code: self.calling_code, region: *region, is_personal });
            }
            if has(leading) {
                break;
            }
        }
        Some(Judgement::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// What the library says.
    fn by_library(digits: &str) -> Judgement {
        let parsed = PHONE_NUMBER_UTIL.parse(format!("+{digits}"), None).ok();
        let valid = parsed.filter(|parsed| PHONE_NUMBER_UTIL.is_valid_number(parsed));
        let same = |parsed: &rlibphonenumber::PhoneNumber| {
            PHONE_NUMBER_UTIL.format(parsed, rlibphonenumber::PhoneNumberFormat::E164) == format!("+{digits}")
        };
        match valid.filter(same) {
            Some(parsed) => {
                use rlibphonenumber::PhoneNumberType::{PremiumRate, SharedCost, TollFree, UAN, VoiceMail};
                let impersonal = [PremiumRate, TollFree, SharedCost, UAN, VoiceMail];
                let region = parsed.get_region_code().unwrap_or(Region::World);
                let calling_code = u16::try_from(parsed.country_code).unwrap_or_default();
                Judgement::Valid { calling_code, region, is_personal: !impersonal.contains(&parsed.get_type()) }
            }
            None => Judgement::Invalid,
        }
    }

    /// Digits near those of a real number of some region.
    fn near_real() -> impl Strategy<Value = String> {
        let regions: Vec<Region> = PHONE_NUMBER_UTIL.get_supported_regions().collect();
        let real = prop::sample::select(regions).prop_filter_map("it has an example", |region| {
            let example = PHONE_NUMBER_UTIL.get_example_number(region).ok()?;
            let text = PHONE_NUMBER_UTIL.format(&example, rlibphonenumber::PhoneNumberFormat::E164);
            text.strip_prefix('+').map(str::to_owned)
        });
        (real, prop::collection::vec((0..15_usize, b'0'..=b'9'), 0..5), -2..3_i32).prop_map(|(real, edits, longer)| {
            let mut bytes = real.into_bytes();
            for (at, digit) in edits {
                let at = at % bytes.len();
                bytes[at] = digit;
            }
            match longer {
                ..0 => bytes.truncate(bytes.len().saturating_sub(usize::try_from(-longer).unwrap_or(0)).max(3)),
                _ => bytes.extend(std::iter::repeat_n(b'7', usize::try_from(longer).unwrap_or(0))),
            }
            bytes.truncate(15);
            bytes.iter().map(|byte| char::from(*byte)).collect()
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, ..ProptestConfig::default() })]

        #[test]
        fn automata_and_library_say_the_same(digits in prop_oneof![4 => near_real(), 1 => "[1-9][0-9]{4,14}"]) {
            let Ok(number) = digits.parse::<u64>() else { return Ok(()) };
            prop_assume!(!digits.starts_with('0'));
            let judged = judge(number);
            if judged != Judgement::Doubt {
                prop_assert_eq!(judged, by_library(&digits), "+{}", digits);
            }
        }
    }

    #[test]
    fn doubt_is_rare_where_it_matters() {
        for digits in
            [351_211_234_567, 5_511_987_654_321, 4_930_901_820, 442_071_838_750, 16_175_234_000, 33_142_685_300]
        {
            assert!(matches!(judge(digits), Judgement::Valid { is_personal: true, .. }), "+{digits}");
        }
        assert!(matches!(judge(18_002_345_678), Judgement::Valid { is_personal: false, .. }));
        assert_eq!(judge(35_121_123_456), Judgement::Invalid);
    }
}
