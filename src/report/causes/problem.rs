//! One thing that is wrong with one row, as the clusters see it.

use std::borrow::Cow;

use crate::check::RowRef;
use crate::diagnostic::{Code, Diagnostic, Place};
use crate::model::SheetKind;
use crate::report::row::{RowReason, RowResult};
use crate::sheet::{Sheets, customers as c, locations as l, users as u};
use crate::text::Lang;

/// What the rows of one cause have in common, besides the code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Scope {
    /// The column: many values, wrong in one way.
    Column,
    /// The value: one word that stands in many rows.
    Value,
    /// The template, and the value that it does not allow.
    Template,
    /// The customer whose row is mended, and the value.
    Customer,
    /// The file.
    File,
    /// What was answered, without what differs from row to row.
    Answer,
    /// Why the run left off.
    Run,
}

impl Scope {
    const fn of(code: Code) -> Self {
        match code {
            Code::TemplateIncomplete
            | Code::TemplateOwns
            | Code::CountryOutsideTemplate
            | Code::LocationUnconfirmed
            | Code::TemplateValue
            | Code::PackageOutsideTemplate => Self::Template,
            Code::CountryUnknown
            | Code::ZoneUnknown
            | Code::PackageUnknown
            | Code::RoleUnknown
            | Code::ActionUnknown
            | Code::NumberStateUnknown
            | Code::SupportedLocationWord
            | Code::LanguageMalformed
            | Code::PstnMalformed
            | Code::PackageNotForUsers
            | Code::PackageNeedsAnother
            | Code::CustomerUnlinked
            | Code::TemplateUnknown => Self::Value,
            Code::PackageNotSold
            | Code::LimitExceeded
            | Code::LocationUnlinked
            | Code::LocationNeeded
            | Code::AdministratorLevel => Self::Customer,
            code => Self::of_family(code),
        }
    }

    const fn of_family(code: Code) -> Self {
        match code.id().as_bytes()[0] {
            b'F' => Self::File,
            b'R' => Self::Answer,
            _ => Self::Column,
        }
    }
}

/// Where the words of a problem come from; they are drawn for the first of a cause only.
#[derive(Clone, Copy)]
enum Words<'a> {
    Finding(&'a Diagnostic, Lang),
    Reason(&'a RowReason),
    Silence(&'a RowResult),
}

/// One thing that is wrong.
pub(super) struct Problem<'a> {
    pub scope: Scope,
    pub code: Option<Code>,
    pub provider_code: Option<&'a str>,
    pub place: Place,
    pub value: &'a str,
    pub template: Option<Cow<'a, str>>,
    pub customer: Option<Cow<'a, str>>,
    pub location: Option<Cow<'a, str>>,
    words: Words<'a>,
}

impl<'a> Problem<'a> {
    pub fn of_finding(finding: &'a Diagnostic, row: Option<RowRef>, sheets: &'a Sheets, lang: Lang) -> Self {
        Self {
            scope: Scope::of(finding.code),
            code: Some(finding.code),
            provider_code: None,
            place: finding.place.clone(),
            value: &finding.value,
            template: finding.arg("template").map(Cow::Borrowed),
            customer: None,
            location: None,
            words: Words::Finding(finding, lang),
        }
        .seated(row, sheets)
    }

    pub fn of_reason(reason: &'a RowReason, row: RowRef, sheets: &'a Sheets) -> Self {
        Self {
            scope: reason.code.map_or(Scope::Run, Scope::of),
            code: reason.code,
            provider_code: reason.provider_code.as_deref(),
            place: sheets.get(row.sheet).place(row.index, reason.column.as_deref()),
            value: &reason.value,
            template: reason.template.as_deref().map(Cow::Borrowed),
            customer: None,
            location: None,
            words: Words::Reason(reason),
        }
        .seated(Some(row), sheets)
    }

    /// A row that the run did not reach, or not to its end.
    pub fn of_silence(result: &'a RowResult, row: RowRef, sheets: &'a Sheets) -> Self {
        Self {
            scope: Scope::Run,
            code: None,
            provider_code: None,
            place: sheets.get(row.sheet).place(row.index, None),
            value: "",
            template: None,
            customer: None,
            location: None,
            words: Words::Silence(result),
        }
    }

    /// The same with whom the row belongs to, where that matters.
    fn seated(mut self, row: Option<RowRef>, sheets: &'a Sheets) -> Self {
        let Some(row) = row else { return self };
        let sheet = sheets.get(row.sheet);
        let cell = |header| Some(sheet.cell(row.index, header)).filter(|cell| !cell.trim().is_empty());
        if matches!(self.scope, Scope::Customer | Scope::Answer) {
            self.customer = cell(customer_header(row.sheet));
        }
        if self.scope == Scope::Answer {
            self.location = match row.sheet {
                SheetKind::Customers => None,
                SheetKind::Locations => cell(l::NAME.spec.header),
                SheetKind::Users => cell(u::LOCATION.spec.header),
            };
            if row.sheet == SheetKind::Customers {
                self.template = cell(c::TEMPLATE.spec.header);
            }
        }
        self
    }

    pub fn message(&self) -> String {
        match self.words {
            Words::Finding(finding, lang) => finding.message(lang),
            Words::Reason(reason) => reason.message.clone(),
            Words::Silence(result) => result.reason.clone(),
        }
    }

    pub fn fix(&self) -> String {
        match self.words {
            Words::Finding(finding, lang) => finding.fix(lang),
            Words::Reason(reason) => reason.fix.clone(),
            Words::Silence(result) => result.fix.clone(),
        }
    }

    /// What all rows of a cause have in common, and what sets it apart from others of its kind.
    pub fn key(&self) -> (String, String) {
        let code = self.code.map_or("", Code::id);
        let column = self.place.column.as_deref().unwrap_or_default();
        let sheet = self.place.sheet.unwrap_or(&self.place.file);
        let (template, customer) =
            (self.template.as_deref().unwrap_or_default(), self.customer.as_deref().unwrap_or_default());
        let value = self.value.trim();
        match self.scope {
            Scope::Column => (format!("{code}/{sheet}/{column}"), String::new()),
            Scope::Value => (format!("{code}/{sheet}/{column}"), value.to_owned()),
            Scope::Template if template.is_empty() => (format!("{code}/{}", self.place), String::new()),
            Scope::Template => (format!("{code}/{sheet}/{column}"), format!("{template}/{}", self.allowed_value())),
            Scope::Customer => (format!("{code}/{sheet}/{column}"), format!("{}/{value}", customer.trim())),
            Scope::File => (format!("{code}/{}/{column}", self.place.file), String::new()),
            // What Webex suggests for one address is nothing for another.
            Scope::Answer if self.code == Some(Code::EmergencyAddress) => {
                (format!("{code}/{}", self.message()), String::new())
            }
            Scope::Answer => {
                let answer = without_particulars(&self.message());
                (format!("{code}/{}", self.provider_code.unwrap_or_default()), answer)
            }
            Scope::Run => ("run".to_owned(), without_particulars(&self.message())),
        }
    }

    /// The value, where the template could be made to allow it.
    fn allowed_value(&self) -> &str {
        match self.code {
            Some(Code::CountryOutsideTemplate | Code::PackageOutsideTemplate) => self.value.trim(),
            _ => "",
        }
    }
}

/// The column that says whose row it is.
const fn customer_header(sheet: SheetKind) -> &'static str {
    match sheet {
        SheetKind::Customers => c::EXTERNAL_ID.spec.header,
        SheetKind::Locations => l::CUSTOMER.spec.header,
        SheetKind::Users => u::CUSTOMER.spec.header,
    }
}

/// The external id of the customer that a row belongs to, as it stands there.
pub(crate) fn customer_of(row: RowRef, sheets: &Sheets) -> String {
    sheets.get(row.sheet).cell(row.index, customer_header(row.sheet)).trim().to_owned()
}

/// The row of a place, if it is one below the header.
pub(super) fn row_of(place: &Place, sheets: &Sheets) -> Option<RowRef> {
    let sheet = SheetKind::from_name(place.sheet?)?;
    let index = sheets.get(sheet).row_of(place.row?)?;
    Some(RowRef { sheet, index })
}

/// A sentence without numbers, addresses, ids and what stands in quotes: what is left is alike for alike troubles.
fn without_particulars(sentence: &str) -> String {
    let mut general = String::with_capacity(sentence.len());
    let mut quote = None;
    for word in sentence.split_whitespace() {
        let opens = quote.is_none() && word.starts_with(['`', '"', '\'']);
        if opens {
            quote = word.chars().next();
        }
        let is_particular = quote.is_some() || word.contains(|c: char| c.is_ascii_digit() || c == '@');
        let closed =
            quote.is_some_and(|mark| (!opens || word.len() > 1) && word.trim_end_matches(ENDS).ends_with(mark));
        if closed {
            quote = None;
        }
        let word = if is_particular { "*" } else { word };
        if word != "*" || !general.ends_with('*') {
            if !general.is_empty() {
                general.push(' ');
            }
            general.push_str(word);
        }
    }
    general
}

/// What may follow on a closing quote.
const ENDS: [char; 6] = [',', '.', ';', ':', ')', '!'];

#[cfg(test)]
mod tests {
    use super::without_particulars;

    #[test]
    fn alike_answers_are_told_by_what_they_have_in_common() {
        let table = [
            ("number +351211234500 is in use", "number * is in use"),
            ("Webex answered: user `ana maria` of a@b.example exists", "Webex answered: user * of * exists"),
            ("an open \"quote goes on", "an open *"),
            ("'a', 'b': refused", "* refused"),
            ("", ""),
        ];
        for (answer, general) in table {
            assert_eq!(without_particulars(answer), general, "{answer}");
        }
    }
}
