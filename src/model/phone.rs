//! Phone numbers in E.164, judged by Google's number plans, and ranges of them.

use std::fmt;

use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberType};

use super::number_plan::{Judgement, calling_code, judge};
use super::tables::{Country, Tables};

/// Most digits that ITU-T E.164 allows.
const DIGITS_MAX: usize = 15;
/// Most numbers one `+first-+last` range may stand for.
pub const RANGE_NUMBERS_MAX: u64 = 10_000;

/// A number in E.164; the digits without the `+`, which never begin with a zero.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Phone(u64);

/// How a text was taken for a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneReading {
    /// Exactly E.164.
    AsIs(Phone),
    /// E.164 but for blanks and punctuation.
    Tidied(Phone),
    /// The national form of the location's country.
    National(Phone),
    /// E.164 but for the `+`, which country and number plan prove.
    LostPlus(Phone),
    /// The national form without the leading zero that is part of it, which the number plan proves.
    LostZero(Phone),
}

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PhoneProblem {
    /// Not digits and punctuation.
    Malformed,
    /// `5.51E+12`: a spreadsheet threw digits away.
    Scientific,
    /// More digits than any number has.
    TooLong,
    /// In no number plan.
    NotInPlan,
    /// National form, but no country to read it with.
    NeedsCountry,
    /// Two readings lead to two different numbers: with a `+` in front, and as the national form.
    Ambiguous(Phone, Phone),
}

impl Phone {
    /// Reads a number. Without a country only E.164 is understood.
    ///
    /// # Errors
    /// Why it is not a number, or not surely one.
    pub fn read(text: &str, country: Option<&Country>) -> Result<PhoneReading, PhoneProblem> {
        if let Some(phone) = Self::from_e164(text).filter(|phone| phone.is_in_plan()) {
            return Ok(PhoneReading::AsIs(phone));
        }
        if is_scientific(text) {
            return Err(PhoneProblem::Scientific);
        }
        let compact = compact(text).ok_or(PhoneProblem::Malformed)?;
        let digits = compact.strip_prefix('+').unwrap_or(&compact);
        if digits.len() > DIGITS_MAX {
            return Err(PhoneProblem::TooLong);
        }
        if compact.starts_with('+') {
            let phone = Self::in_plan(&compact).ok_or(PhoneProblem::NotInPlan)?;
            return Ok(if compact == text { PhoneReading::AsIs(phone) } else { PhoneReading::Tidied(phone) });
        }
        Self::read_without_plus(&compact, country.ok_or(PhoneProblem::NeedsCountry)?)
    }

    fn read_without_plus(digits: &str, country: &Country) -> Result<PhoneReading, PhoneProblem> {
        let region = country.region().ok_or(PhoneProblem::NeedsCountry)?;
        let with_plus = Self::in_plan(&format!("+{digits}")).filter(|phone| phone.is_of(country));
        let national = PHONE_NUMBER_UTIL.parse(digits, Some(region)).ok().and_then(|parsed| Self::valid(&parsed));
        match (with_plus, national) {
            (Some(plus), Some(national)) if plus != national => Err(PhoneProblem::Ambiguous(plus, national)),
            (Some(phone), _) => Ok(PhoneReading::LostPlus(phone)),
            (None, Some(phone)) => Ok(PhoneReading::National(phone)),
            (None, None) => PHONE_NUMBER_UTIL
                .parse(format!("0{digits}"), Some(region))
                .ok()
                .and_then(|parsed| Self::valid(&parsed))
                .map_or(Err(PhoneProblem::NotInPlan), |phone| Ok(PhoneReading::LostZero(phone))),
        }
    }

    /// The number written exactly as `+digits`, if a number plan holds it.
    pub fn in_plan(e164: &str) -> Option<Self> {
        Self::from_e164(e164).filter(|phone| phone.is_in_plan())
    }

    fn is_in_plan(self) -> bool {
        match self.judged() {
            Judgement::Valid { .. } => true,
            Judgement::Invalid => false,
            Judgement::Doubt => self.parsed().and_then(|parsed| Self::valid(&parsed)) == Some(self),
        }
    }

    fn judged(self) -> Judgement {
        judge(self.0)
    }

    fn valid(parsed: &PhoneNumber) -> Option<Self> {
        if !PHONE_NUMBER_UTIL.is_valid_number(parsed) {
            return None;
        }
        PHONE_NUMBER_UTIL.format(parsed, PhoneNumberFormat::E164).strip_prefix('+')?.parse().ok().map(Self)
    }

    /// A number from its exact E.164 text, whether or not a plan holds it.
    pub fn from_e164(text: &str) -> Option<Self> {
        let digits = text.strip_prefix('+')?;
        let shaped = (2..=DIGITS_MAX).contains(&digits.len()) && !digits.starts_with('0');
        (shaped && digits.bytes().all(|b| b.is_ascii_digit())).then(|| digits.parse().ok().map(Self)).flatten()
    }

    fn parsed(self) -> Option<PhoneNumber> {
        PHONE_NUMBER_UTIL.parse(self.to_string(), None).ok()
    }

    /// Does the number belong to that country's plan? Countries that share a calling code share it here too.
    pub fn is_of(self, country: &Country) -> bool {
        let code = match self.judged() {
            Judgement::Valid { calling_code, .. } => Some(calling_code),
            _ => calling_code(self.0).map(|(code, _)| code),
        };
        code.is_some() && country.calling_code() == code
    }

    /// The country the number plan gives the number to, if it is one country's.
    pub fn country(self) -> Option<&'static Country> {
        let region = match self.judged() {
            Judgement::Valid { region, .. } => region,
            _ => self.parsed()?.get_region_code()?,
        };
        Tables::get().country(&region.to_string())
    }

    /// May a person have it? Toll-free and other non-geographic numbers may only be a location's
    /// (help.webex.com/g1gtsdb).
    pub fn may_be_personal(self) -> bool {
        if let Judgement::Valid { is_personal, .. } = self.judged() {
            return is_personal;
        }
        let kind = self.parsed().map(|parsed| parsed.get_type());
        !matches!(
            kind,
            Some(
                PhoneNumberType::TollFree
                    | PhoneNumberType::PremiumRate
                    | PhoneNumberType::SharedCost
                    | PhoneNumberType::UAN
                    | PhoneNumberType::VoiceMail
            )
        )
    }

    /// The digits without the `+`.
    pub const fn digits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "+{}", self.0)
    }
}

impl fmt::Debug for Phone {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Digits with one `+` in front or none; anything else than digits and phone punctuation is refused.
fn compact(text: &str) -> Option<String> {
    let mut compact = String::with_capacity(text.len());
    for c in text.trim().chars() {
        match c {
            '0'..='9' => compact.push(c),
            '０'..='９' => compact.push(char::from_digit(c as u32 - '０' as u32, 10)?),
            '+' | '＋' if compact.is_empty() => compact.push('+'),
            ' ' | '-' | '.' | '(' | ')' | '/' | '\u{a0}' | '\u{202f}' | '\u{2009}' | '\u{2010}'..='\u{2013}' => {}
            _ => return None,
        }
    }
    (compact.trim_start_matches('+').len() > 1).then_some(compact)
}

/// Is it a number as a spreadsheet shows long ones, such as `5.51199E+12`?
fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.trim().split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_digit());
    digits(exponent.trim_start_matches(['+', '-'])) && digits(&mantissa.replacen(['.', ','], "", 1))
}

/// The text of a range without the blanks that people put around the dash, and with a plain dash.
fn without_blanks(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| if matches!(c, '\u{2010}'..='\u{2014}') { '-' } else { c })
        .collect()
}

/// Consecutive numbers, both ends included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct NumberRange {
    first: Phone,
    last: Phone,
}

/// Why a text is not a range of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RangeProblem {
    /// Not `+first-+last`, or the two have different lengths.
    Malformed,
    /// The last comes before the first.
    Backwards,
    /// More than [`RANGE_NUMBERS_MAX`].
    TooMany,
    /// One end is in no number plan.
    NotInPlan,
}

impl NumberRange {
    /// A range of one.
    pub const fn one(phone: Phone) -> Self {
        Self { first: phone, last: phone }
    }

    /// Does the text mean to be a range, whether or not it is a good one? A number with a hyphen in it is none.
    pub fn is_meant(text: &str, country: Option<&Country>) -> bool {
        let text = without_blanks(text);
        let is_number = |text: &str| Phone::read(text, country).is_ok();
        text.find("-+").is_some_and(|at| at > 0)
            || text.rsplit_once('-').is_some_and(|(from, to)| !to.is_empty() && is_number(from) && !is_number(&text))
    }

    /// Reads `+first-+last`.
    ///
    /// # Errors
    /// What is wrong with the text.
    pub fn parse(text: &str) -> Result<Self, RangeProblem> {
        let text = without_blanks(text);
        let (from, to) = text.split_once("-+").ok_or(RangeProblem::Malformed)?;
        let to = format!("+{to}");
        let first = Phone::from_e164(from).ok_or(RangeProblem::Malformed)?;
        let last = Phone::from_e164(&to).ok_or(RangeProblem::Malformed)?;
        if from.len() != to.len() {
            return Err(RangeProblem::Malformed);
        }
        if last < first {
            return Err(RangeProblem::Backwards);
        }
        if last.0 - first.0 >= RANGE_NUMBERS_MAX {
            return Err(RangeProblem::TooMany);
        }
        if Phone::in_plan(from).is_none() || Phone::in_plan(&to).is_none() {
            return Err(RangeProblem::NotInPlan);
        }
        Ok(Self { first, last })
    }

    /// The first number.
    pub const fn first(self) -> Phone {
        self.first
    }

    /// The last number.
    pub const fn last(self) -> Phone {
        self.last
    }

    /// Every number of the range, in order.
    pub fn numbers(self) -> impl Iterator<Item = Phone> {
        (self.first.0..=self.last.0).map(Phone)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str, country: &str) -> Result<PhoneReading, PhoneProblem> {
        Phone::read(text, Tables::get().country(country))
    }

    fn phone(text: &str) -> Phone {
        Phone::from_e164(text).unwrap_or(Phone(0))
    }

    #[test]
    fn numbers_are_read_as_they_are_written() {
        let lisbon = phone("+351211234567");
        assert_eq!(read("+351211234567", "PT"), Ok(PhoneReading::AsIs(lisbon)));
        assert_eq!(read("+351 21 123 45 67", "PT"), Ok(PhoneReading::Tidied(lisbon)));
        assert_eq!(read("21 123 45 67", "PT"), Ok(PhoneReading::National(lisbon)));
        assert_eq!(read("351211234567", "PT"), Ok(PhoneReading::LostPlus(lisbon)));
        assert_eq!(read("0612345678", "IT"), Ok(PhoneReading::National(phone("+390612345678"))));
        assert_eq!(read("612345678", "IT"), Ok(PhoneReading::LostZero(phone("+390612345678"))));
        assert_eq!(read("30123456", "DE"), Ok(PhoneReading::National(phone("+4930123456"))));
        assert_eq!(read("(11) 98765-4321", "BR"), Ok(PhoneReading::National(phone("+5511987654321"))));
        assert_eq!(read("１１９８７６５４３２１", "BR"), Ok(PhoneReading::National(phone("+5511987654321"))));
    }

    #[test]
    fn what_is_not_surely_a_number_is_refused() {
        assert_eq!(read("5.51199E+12", "BR"), Err(PhoneProblem::Scientific));
        assert_eq!(read("5,51199E+12", "BR"), Err(PhoneProblem::Scientific));
        assert_eq!(read("call me", "BR"), Err(PhoneProblem::Malformed));
        assert_eq!(read("", "BR"), Err(PhoneProblem::Malformed));
        assert_eq!(read("+1", "BR"), Err(PhoneProblem::Malformed));
        assert_eq!(read("+35121123456", "PT"), Err(PhoneProblem::NotInPlan));
        assert_eq!(read("+3512112345670000", "PT"), Err(PhoneProblem::TooLong));
        assert_eq!(Phone::read("211234567", None), Err(PhoneProblem::NeedsCountry));
        let both = PhoneProblem::Ambiguous(phone("+49485476937"), phone("+4949485476937"));
        assert_eq!(read("49485476937", "DE"), Err(both));
    }

    #[test]
    fn ranges_are_judged() {
        let range = NumberRange::parse("+351211234500-+351211234509");
        assert_eq!(range.map(|r| r.numbers().count()), Ok(10));
        assert_eq!(NumberRange::parse("+351211234509-+351211234500"), Err(RangeProblem::Backwards));
        assert_eq!(NumberRange::parse("+351211234500-+3512112345"), Err(RangeProblem::Malformed));
        assert_eq!(NumberRange::parse("+351211200000-+351211234500"), Err(RangeProblem::TooMany));
        assert_eq!(NumberRange::parse("211234500-509"), Err(RangeProblem::Malformed));
        assert_eq!(NumberRange::parse("+351211234500 – +351211234509"), range);
    }

    #[test]
    fn a_hyphen_alone_makes_no_range() {
        let meant = |text, country| NumberRange::is_meant(text, Tables::get().country(country));
        for (text, country) in
            [("+351211234500-+351211234509", "PT"), ("+351211234500-509", "PT"), ("211234500-211234509", "PT")]
        {
            assert!(meant(text, country), "{text}");
        }
        for (text, country) in
            [("+351-21-123-45-00", "PT"), ("312-555-0160", "US"), ("+49 30 23125-600", "DE"), ("-+351", "PT")]
        {
            assert!(!meant(text, country), "{text}");
        }
    }

    #[test]
    fn a_toll_free_number_is_nobodys_own() {
        assert!(!phone("+18002345678").may_be_personal());
        assert!(phone("+16175234000").may_be_personal());
    }
}
