//! A finding: what is wrong, where it stands, and how it is mended.
//!
//! A diagnostic is data only. Its words come from `text` when they are drawn; its code is a promise and is
//! never renumbered.

use std::fmt;
use std::sync::Arc;

use crate::text::{self, Lang};

/// Does a finding refuse the row?
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The row is not sent.
    Error,
    /// The row is sent; a person should look.
    Warning,
    /// Something was repaired or assumed, and this says so.
    Notice,
}

impl Severity {
    /// Reads the word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Error, Self::Warning, Self::Notice].into_iter().find(|severity| severity.word() == word)
    }

    /// The word in machine output.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

macro_rules! codes {
    ($($name:ident $id:literal $severity:ident),* $(,)?) => {
        /// Every kind of finding. Families: `F1` files, `C2` cells, `L3` links and duplicates, `T4` templates,
        /// `P5` packages and administrators, `R6` answers of the API.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum Code { $($name),* }

        impl Code {
            /// Every code, in order of its id.
            pub const ALL: &[Self] = &[$(Self::$name),*];

            /// The stable id.
            pub const fn id(self) -> &'static str {
                match self { $(Self::$name => $id),* }
            }

            /// How much it weighs unless the settings say otherwise.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity),* }
            }
        }
    };
}

codes! {
    MissingColumn "F101" Error,
    UnknownColumn "F102" Warning,
    DuplicateColumn "F103" Error,
    NotText "F104" Error,
    EmptyFile "F105" Error,
    TooManyCells "F106" Error,
    UnclosedQuote "F107" Error,
    TemplatesMalformed "F108" Error,
    UnknownTemplateKey "F109" Warning,
    UnknownSetting "F110" Warning,
    SettingsMalformed "F111" Error,
    FileAssumed "F112" Notice,
    FileKind "F113" Error,
    WorkbookTooLarge "F114" Error,
    WorkbookBroken "F115" Error,
    SheetMissing "F116" Error,
    SheetIgnored "F117" Notice,
    MappingUnused "F118" Warning,
    WrongSheet "F119" Error,
    SheetLeftOut "F120" Error,
    ForeignSheet "F121" Error,
    FileOpenElsewhere "F130" Warning,
    FileDoubled "F131" Warning,
    CorrectionsMalformed "F132" Error,
    WavesMalformed "F145" Error,
    WaveTimeTwice "F146" Warning,
    RequiredCell "C201" Error,
    EmailMalformed "C202" Error,
    PhoneMalformed "C203" Error,
    PhoneNational "C204" Notice,
    ExtensionMalformed "C205" Error,
    ExtensionEmergency "C206" Error,
    CountryUnknown "C207" Error,
    StateRequired "C208" Error,
    PostalCodeRequired "C209" Error,
    AddressLineTooLong "C210" Error,
    PercentInName "C211" Error,
    ZoneUnknown "C212" Error,
    LanguageUnlisted "C213" Warning,
    PackageUnknown "C214" Error,
    RoleUnknown "C215" Error,
    ActionUnknown "C216" Error,
    LocationNameTooLong "C217" Error,
    RangeMalformed "C218" Error,
    NumberStateUnknown "C219" Error,
    SupportedLocationWord "C220" Error,
    SpacesRemoved "C221" Notice,
    EmailLowered "C222" Notice,
    PhoneLostPlus "C223" Notice,
    Scientific "C224" Error,
    PhoneNotInPlan "C225" Error,
    PersonNameUnusual "C226" Warning,
    EmailTooLong "C227" Error,
    ZoneUnlisted "C228" Warning,
    ControlCharacter "C229" Error,
    CountryUnlisted "C230" Warning,
    PostalCodeUnusual "C231" Warning,
    PstnMalformed "C232" Error,
    LimitsMalformed "C233" Error,
    StateUnusual "C234" Warning,
    PhoneTidied "C235" Notice,
    LanguageMalformed "C236" Error,
    RangeTooLarge "C237" Error,
    NotYetDone "C238" Error,
    CannotChange "C239" Error,
    PhoneAmbiguous "C240" Error,
    StoredAsNumber "C241" Warning,
    DigitsLost "C242" Error,
    Mojibake "C243" Warning,
    PostalCodeLostZero "C244" Error,
    PhoneLostZero "C245" Notice,
    SpreadsheetError "C246" Error,
    DateCell "C247" Error,
    FormulaWithoutValue "C248" Error,
    EmergencyWord "C260" Error,
    CallbackWithoutNumber "C261" Error,
    CorrectionApplied "C270" Notice,
    CorrectionStopped "C271" Notice,
    WaveWithoutWindow "C272" Warning,
    ConsentLikely "C273" Warning,
    OrganisationIdUnusual "C274" Warning,
    CustomerTwice "L301" Error,
    LocationTwice "L302" Error,
    EmailTwice "L303" Error,
    NumberTwice "L304" Error,
    ExtensionTwice "L305" Error,
    CustomerUnlinked "L306" Error,
    LocationUnlinked "L307" Error,
    LocationNeeded "L308" Error,
    NumberInTwoLocations "L309" Error,
    NumberOfOtherCountry "L310" Warning,
    AdminEmailTwice "L311" Error,
    AdminEmailElsewhere "L312" Error,
    AdministratorMissing "L313" Warning,
    LineHeld "L320" Error,
    NumberElsewhere "L321" Error,
    KnownByOtherEmail "L322" Warning,
    DeletedButNamed "L325" Error,
    LastAdministrator "L326" Warning,
    TemplateUnknown "T401" Error,
    TemplateIncomplete "T402" Error,
    TemplateOwns "T403" Error,
    CountryOutsideTemplate "T404" Error,
    LocationUnconfirmed "T405" Error,
    TemplateNamesPstn "T406" Warning,
    TemplateValue "T407" Error,
    PackageNotSold "P501" Error,
    PackageNotForUsers "P502" Error,
    PackageNeedsAnother "P503" Error,
    NumberOrExtensionNeeded "P504" Error,
    PackageOutsideTemplate "P505" Error,
    AdministratorLevel "P506" Error,
    LimitExceeded "P507" Error,
    LimitNotPossible "P508" Error,
    CallingCellIgnored "P509" Warning,
    NumberNotPersonal "P510" Error,
    OnePackagePerUser "P511" Error,
    Refused "R601" Error,
    Forbidden "R602" Error,
    Conflict "R603" Error,
    Unconfirmed "R604" Error,
    EmailTaken "R605" Error,
    CustomerFailed "R606" Error,
    NumberRefused "R607" Error,
    NumbersNotByApi "R608" Error,
    PstnOptionUnknown "R609" Error,
    ServerTrouble "R610" Error,
    StillProvisioning "R611" Error,
    HeadquartersMissing "R612" Error,
    PackagePartFailed "R613" Warning,
    PrecheckRefused "R614" Error,
    PrecheckUnanswered "R615" Warning,
    NotLetGo "R616" Error,
    StillDeleting "R617" Error,
    NumbersNotSwitched "R620" Error,
    EmergencyAddress "R621" Error,
    EmergencyCallback "R622" Error,
}

impl Code {
    /// The code of that id, whatever its case.
    pub fn from_id(id: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|code| code.id().eq_ignore_ascii_case(id))
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

/// Where a finding stands.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// The file's name below the workspace.
    pub file: Arc<str>,
    /// The sheet's name; none for templates and settings.
    pub sheet: Option<&'static str>,
    /// As the spreadsheet shows it: the header is row 1. None for findings about the whole file.
    pub row: Option<u32>,
    /// The canonical column, or the header as it stands in the file where it is unknown.
    pub column: Option<Arc<str>>,
    /// Zero-based position of the column in the file.
    pub column_index: Option<u32>,
}

impl Place {
    /// A whole file.
    pub fn file(file: &Arc<str>, sheet: Option<&'static str>) -> Self {
        Self { file: Arc::clone(file), sheet, row: None, column: None, column_index: None }
    }

    /// The line of a text file that holds a byte; the key that is meant stands for the column.
    pub fn in_text(file: &Arc<str>, text: &str, offset: usize, key: Option<&str>) -> Self {
        let lines = text.get(..offset).map_or(0, |before| before.matches('\n').count());
        let row = u32::try_from(lines + 1).ok();
        Self { row, column: key.map(Arc::from), ..Self::file(file, None) }
    }

    /// The cell's address as a spreadsheet shows it, such as `G418`.
    pub fn cell(&self) -> Option<String> {
        Some(format!("{}{}", column_letters(self.column_index?), self.row?))
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if let Some(row) = self.row {
            write!(f, ":{row}")?;
        }
        Ok(())
    }
}

/// `0` is `A`, `25` is `Z`, `26` is `AA`.
fn column_letters(index: u32) -> String {
    let mut letters = Vec::new();
    let mut rest = index + 1;
    while rest > 0 {
        rest -= 1;
        letters.push(char::from(b'A' + u8::try_from(rest % 26).unwrap_or(0)));
        rest /= 26;
    }
    letters.iter().rev().collect()
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    pub place: Place,
    /// The cell as it stands in the file.
    pub value: String,
    /// The part of the value that is wrong, in characters from its start.
    pub span: Option<(u32, u32)>,
    /// What fills the gaps of the message.
    pub args: Vec<(&'static str, String)>,
    /// What belongs to it elsewhere: the first of two duplicates, the row that is meant.
    pub related: Vec<Place>,
}

impl Diagnostic {
    /// A finding of its usual weight.
    pub fn new(code: Code, place: Place) -> Self {
        Self {
            code,
            severity: code.severity(),
            place,
            value: String::new(),
            span: None,
            args: Vec::new(),
            related: Vec::new(),
        }
    }

    /// Names the cell's text.
    #[must_use]
    pub fn value(mut self, value: impl Into<String>) -> Self {
        self.value = value.into();
        self
    }

    /// Fills one gap of the message.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl fmt::Display) -> Self {
        self.args.push((name, value.to_string()));
        self
    }

    /// Names what was probably meant.
    #[must_use]
    pub fn suggest(self, near: Option<&str>) -> Self {
        match near {
            Some(near) => self.with("suggestion", near),
            None => self,
        }
    }

    /// Points at another place that belongs to it.
    #[must_use]
    pub fn related(mut self, place: Place) -> Self {
        self.related.push(place);
        self
    }

    /// Marks the wrong part of the value.
    #[must_use]
    pub fn span(mut self, from: usize, to: usize) -> Self {
        self.span = u32::try_from(from).ok().zip(u32::try_from(to).ok());
        self
    }

    /// What fills a gap of the message.
    pub fn arg(&self, name: &str) -> Option<&str> {
        self.args.iter().find(|(key, _)| *key == name).map(|(_, value)| value.as_str())
    }

    /// What is wrong, in one sentence.
    pub fn message(&self, lang: Lang) -> String {
        self.fill(lang, text::entry(lang, self.code.id()).message)
    }

    /// How it is mended, in one sentence.
    pub fn fix(&self, lang: Lang) -> String {
        self.fill(lang, text::entry(lang, self.code.id()).fix)
    }

    fn fill(&self, lang: Lang, template: &str) -> String {
        text::fill(template, |name| match name {
            "value" => Some(self.value.clone()),
            "column" => self.place.column.as_deref().map(str::to_owned),
            "related" => self.related.first().map(ToString::to_string),
            _ => self.args.iter().find(|(key, _)| *key == name).map(|(key, value)| told(lang, key, value)),
        })
    }
}

/// Gaps whose values are words of ours; other values are names, or come out of the sheets.
const WORDS: &[&str] = &["because", "cure", "delimiter", "earlier", "encoding", "escape", "kind", "reason", "wanted"];

/// The value of a gap, in the language of the words around it.
fn told(lang: Lang, gap: &str, value: &str) -> String {
    match gap {
        "country" => text::country(lang, value).to_owned(),
        _ if WORDS.contains(&gap) => text::retold(lang, value).into_owned(),
        _ => value.to_owned(),
    }
}

/// Likeness from which on a known name is offered for an unknown one (Jaro-Winkler, 0 to 1).
const LIKENESS_MIN: f64 = 0.8;

/// Longer texts are not compared with names: it takes long, and they are none.
const NAME_CHARACTERS_MAX: usize = 100;

/// The known name most like the wanted one, if any is like it at all; of equals the first in order of the alphabet.
pub fn closest<'a>(wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    closest_from(LIKENESS_MIN, wanted, known)
}

/// The same for names of which many are alike, with a likeness to ask for.
pub fn closest_from<'a>(least: f64, wanted: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    if wanted.chars().nth(NAME_CHARACTERS_MAX).is_some() {
        return None;
    }
    let wanted = wanted.to_lowercase();
    known
        .into_iter()
        .map(|name| (strsim::jaro_winkler(&wanted, &name.to_lowercase()), name))
        .filter(|(likeness, _)| *likeness >= least)
        .max_by(|a, b| a.0.total_cmp(&b.0).then_with(|| b.1.cmp(a.1)))
        .map(|(_, name)| name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_unique_and_in_order() {
        let ids: Vec<_> = Code::ALL.iter().map(|code| code.id()).collect();
        for family in ["F", "C", "L", "T", "P", "R"] {
            let of_family: Vec<_> = ids.iter().filter(|id| id.starts_with(family)).collect();
            assert!(of_family.windows(2).all(|pair| pair[0] < pair[1]), "{family}");
        }
    }

    #[test]
    fn columns_have_the_letters_a_spreadsheet_shows() {
        let shown = [0, 25, 26, 51, 52, 701, 702].map(column_letters);
        assert_eq!(shown, ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]);
    }

    #[test]
    fn every_code_has_words_in_every_language() {
        for lang in Lang::ALL {
            for code in Code::ALL {
                let entry = text::entry(lang, code.id());
                for words in [entry.message, entry.fix, entry.cause, entry.example] {
                    assert!(!words.is_empty(), "{code} in {lang:?}");
                }
            }
        }
    }
}
