//! `waves.csv`: when the customers of a wave may be worked on, and who answers for it.

use std::collections::HashSet;
use std::sync::Arc;

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use super::{Rows, Sheets, customers, parse_text};
use crate::diagnostic::{Code, Diagnostic, Place};

/// The file below the workspace.
pub const WAVES: &str = "waves.csv";
const COLUMNS: [&str; 5] = ["wave", "opens_at", "closes_at", "timezone", "owner"];

/// The window of a wave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wave {
    pub name: String,
    pub opens: Zoned,
    pub closes: Zoned,
    /// Who answers for it; empty where the file names nobody.
    pub owner: String,
}

/// Where a moment stands to a window.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    Before,
    Open,
    Over,
}

impl Wave {
    /// Is it the wave of that name? Compared as the `wave` column of the customers is.
    pub fn is_called(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name.trim())
    }

    /// Where a moment stands to its window, whose end is no part of it.
    pub fn phase(&self, now: Timestamp) -> Phase {
        match now {
            _ if now < self.opens.timestamp() => Phase::Before,
            _ if now < self.closes.timestamp() => Phase::Open,
            _ => Phase::Over,
        }
    }

    /// The window in its own zone and in UTC, such as `2026-11-22 22:00 – 2026-11-23 06:00 America/Sao_Paulo (2026-11-23
    /// 01:00 – 2026-11-23 09:00 UTC)`.
    pub fn window(&self) -> String {
        let span = |zone: &TimeZone| {
            let told = |at: &Zoned| at.with_time_zone(zone.clone()).strftime("%Y-%m-%d %H:%M").to_string();
            format!("{} – {}", told(&self.opens), told(&self.closes))
        };
        let zone = self.opens.time_zone();
        let name = zone.iana_name().unwrap_or_default();
        format!("{} {name} ({} UTC)", span(zone), span(&TimeZone::UTC))
    }

    /// How long it is until it opens, such as `1 d 3 h 20 min`.
    pub fn opens_in(&self, now: Timestamp) -> String {
        let minutes = (self.opens.timestamp().as_second() - now.as_second()).max(0).saturating_add(59) / 60;
        let (days, hours, minutes) = (minutes / 1440, minutes / 60 % 24, minutes % 60);
        if days > 0 { format!("{days} d {hours} h {minutes} min") } else { format!("{hours} h {minutes} min") }
    }
}

/// What a cell stands for in the window.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Opens,
    Closes,
}

/// Reads the file. A line that cannot be understood is found: nothing may be sent outside a window that was meant.
pub fn waves(bytes: Vec<u8>, found: &mut Vec<Diagnostic>) -> Vec<Wave> {
    let Some(text) = parse_text(bytes) else {
        Reader::new(found).malformed(None, "it is no text");
        return Vec::new();
    };
    let delimiter = if text.lines().next().is_some_and(|line| line.contains(';')) { b';' } else { b',' };
    let mut rows = csv::ReaderBuilder::new();
    let mut rows = rows.delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let header = rows.headers().cloned().unwrap_or_default();
    let at = COLUMNS.map(|name| header.iter().position(|cell| cell.trim().eq_ignore_ascii_case(name)));
    let [Some(wave), Some(opens), Some(closes), Some(zone), owner] = at else {
        let reason = "its header must name `wave`, `opens_at`, `closes_at` and `timezone`";
        Reader::new(found).malformed(Some(1), reason);
        return Vec::new();
    };
    let mut reader = Reader::new(found);
    let (mut waves, mut names) = (Vec::new(), HashSet::new());
    for (line, record) in (2..).zip(rows.records()) {
        let Ok(record) = record else { continue };
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let cell = |at: usize| record.get(at).unwrap_or_default().trim();
        let cells = [cell(wave), cell(opens), cell(closes), cell(zone), owner.map_or("", cell)];
        let Some(wave) = reader.wave(line, cells) else { continue };
        if names.insert(wave.name.to_lowercase()) {
            waves.push(wave);
        } else {
            reader.wrong(line, COLUMNS[0], &wave.name, "the wave is there twice");
        }
    }
    waves
}

/// The customers whose wave has no window although others have one: a slip of the pen must not open the door.
pub fn without_window(rows: &Rows, sheets: &Sheets, waves: &[Wave]) -> Vec<Diagnostic> {
    if waves.is_empty() {
        return Vec::new();
    }
    let header = customers::WAVE.spec.header;
    let missing = rows.customers.iter().enumerate().filter_map(|(index, row)| {
        let name = row.wave.as_deref().map(str::trim).filter(|name| !name.is_empty())?;
        let place = || sheets.customers.place(index, Some(header));
        (!waves.iter().any(|wave| wave.is_called(name)))
            .then(|| Diagnostic::new(Code::WaveWithoutWindow, place()).value(name))
    });
    missing.collect()
}

struct Reader<'a> {
    file: Arc<str>,
    found: &'a mut Vec<Diagnostic>,
}

impl<'a> Reader<'a> {
    fn new(found: &'a mut Vec<Diagnostic>) -> Self {
        Self { file: WAVES.into(), found }
    }

    fn malformed(&mut self, row: Option<u32>, reason: &'static str) {
        let place = Place { row, ..Place::file(&self.file, None) };
        self.found.push(Diagnostic::new(Code::WavesMalformed, place).with("reason", reason));
    }

    fn place(&self, line: u32, column: &'static str) -> Place {
        Place { row: Some(line), column: Some(column.into()), ..Place::file(&self.file, None) }
    }

    fn wrong(&mut self, line: u32, column: &'static str, value: &str, reason: &'static str) {
        let finding = Diagnostic::new(Code::WavesMalformed, self.place(line, column));
        self.found.push(finding.value(value).with("reason", reason));
    }

    fn wave(&mut self, line: u32, [name, opens, closes, zone, owner]: [&str; 5]) -> Option<Wave> {
        let [wave_column, opens_column, closes_column, zone_column, _] = COLUMNS;
        if name.is_empty() {
            self.wrong(line, wave_column, name, "it names no wave");
            return None;
        }
        let Some(zone) = Some(zone).filter(|zone| !zone.is_empty()).and_then(|zone| TimeZone::get(zone).ok()) else {
            self.wrong(line, zone_column, zone, "it is no time zone such as `America/Sao_Paulo`");
            return None;
        };
        // Both are looked at, so that both are told.
        let opens_at = self.time(line, opens_column, opens, &zone, End::Opens);
        let closes_at = self.time(line, closes_column, closes, &zone, End::Closes);
        let (opens_at, closes_at) = (opens_at?, closes_at?);
        if opens_at >= closes_at {
            self.wrong(line, closes_column, closes, "the window closes before it opens");
            return None;
        }
        Some(Wave { name: name.to_owned(), opens: opens_at, closes: closes_at, owner: owner.to_owned() })
    }

    /// A moment with its offset, or what the clocks of the zone show. Where they show it twice, the window is the narrower
    /// one.
    fn time(&mut self, line: u32, column: &'static str, text: &str, zone: &TimeZone, end: End) -> Option<Zoned> {
        if let Ok(moment) = text.parse::<Timestamp>() {
            return Some(moment.to_zoned(zone.clone()));
        }
        let Some(local) = Some(text).filter(|text| text.contains(':')).and_then(|text| text.parse::<DateTime>().ok())
        else {
            self.wrong(line, column, text, "it is no time such as `2026-11-22 22:00`");
            return None;
        };
        let ambiguous = zone.to_ambiguous_zoned(local);
        let offset = ambiguous.offset();
        match offset {
            jiff::tz::AmbiguousOffset::Gap { .. } => {
                self.wrong(line, column, text, "the clocks there are put forward over this time, so it never comes");
                return None;
            }
            jiff::tz::AmbiguousOffset::Fold { .. } => {
                let finding = Diagnostic::new(Code::WaveTimeTwice, self.place(line, column));
                self.found.push(finding.value(text).with("zone", zone.iana_name().unwrap_or_default()));
            }
            jiff::tz::AmbiguousOffset::Unambiguous { .. } => {}
        }
        let chosen = if end == End::Opens { ambiguous.later() } else { ambiguous.earlier() };
        if chosen.is_err() {
            self.wrong(line, column, text, "it is no time such as `2026-11-22 22:00`");
        }
        chosen.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The windows and the findings of some lines.
    fn read(lines: &str) -> (Vec<String>, Vec<String>) {
        let mut found = Vec::new();
        let read = waves(format!("wave,opens_at,closes_at,timezone,owner\n{lines}").into_bytes(), &mut found);
        let told = |one: &Diagnostic| {
            let column = one.place.column.as_deref().unwrap_or_default();
            format!("{} {} {column} {}", one.code, one.place, one.arg("reason").unwrap_or_default())
        };
        (
            read.iter().map(|wave| format!("{}: {}", wave.name, wave.window())).collect(),
            found.iter().map(told).collect(),
        )
    }

    #[test]
    fn windows_are_read_in_their_zone() {
        let night = "3,2026-11-22 22:00,2026-11-23T06:00,America/Sao_Paulo,Ana\n";
        let (windows, found) = read(night);
        let told = "2026-11-22 22:00 – 2026-11-23 06:00 America/Sao_Paulo (2026-11-23 01:00 – 2026-11-23 09:00 UTC)";
        assert_eq!((windows, found), (vec![format!("3: {told}")], vec![]));
        let offset = read("3,2026-11-23T01:00:00Z,2026-11-23T06:00-03:00,America/Sao_Paulo,\n\n,,,\n");
        assert_eq!(offset, (vec![format!("3: {told}")], vec![]), "offsets count");
        let spring = read("a,2026-03-29 00:30,2026-03-29 04:00,Europe/Lisbon,\n").0;
        let told = "2026-03-29 00:30 – 2026-03-29 04:00 Europe/Lisbon (2026-03-29 00:30 – 2026-03-29 03:00 UTC)";
        assert_eq!(spring, [format!("a: {told}")]);
    }

    #[test]
    fn a_time_that_comes_twice_makes_the_window_narrower() {
        let (windows, found) = read("a,2026-10-25 01:30,2026-10-25 06:00,Europe/Lisbon,\n");
        assert!(windows[0].contains("(2026-10-25 01:30 – 2026-10-25 06:00 UTC)"), "{windows:?}");
        assert_eq!(found, ["F146 waves.csv:2 opens_at "]);
        let (windows, _) = read("a,2026-10-24 22:00,2026-10-25 01:30,Europe/Lisbon,\n");
        assert!(windows[0].contains("(2026-10-24 21:00 – 2026-10-25 00:30 UTC)"), "{windows:?}");
    }

    #[test]
    fn what_cannot_be_a_window_is_found_at_its_cell() {
        for (line, told) in [
            (",2026-11-22 22:00,2026-11-23 06:00,UTC,", "wave it names no wave"),
            ("1,22/11/2026 22:00,2026-11-23 06:00,UTC,", "opens_at it is no time such as `2026-11-22 22:00`"),
            ("1,2026-11-22,2026-11-23 06:00,UTC,", "opens_at it is no time such as `2026-11-22 22:00`"),
            ("1,2026-11-22 22:00,,UTC,", "closes_at it is no time such as `2026-11-22 22:00`"),
            ("1,2026-11-22 22:00,2026-11-23 06:00,,", "timezone it is no time zone such as `America/Sao_Paulo`"),
            ("1,2026-11-22 22:00,2026-11-23 06:00,Lisboa,", "timezone it is no time zone such as `America/Sao_Paulo`"),
            ("1,2026-11-22 22:00,2026-11-22 22:00,UTC,", "closes_at the window closes before it opens"),
            (
                "1,2026-03-29 01:30,2026-03-29 06:00,Europe/Lisbon,",
                "opens_at the clocks there are put forward over this time, so it never comes",
            ),
        ] {
            assert_eq!(read(&format!("{line}\n")), (vec![], vec![format!("F145 waves.csv:2 {told}")]), "{line}");
        }
        let twice = "A,2026-11-22 22:00,2026-11-23 06:00,UTC,\na,2026-11-23 22:00,2026-11-24 06:00,UTC,\n";
        assert_eq!(read(twice).1, ["F145 waves.csv:3 wave the wave is there twice"]);
        let mut found = Vec::new();
        assert!(waves(b"wave,from,to\n1,2,3\n".to_vec(), &mut found).is_empty());
        assert_eq!((found.len(), found[0].place.to_string().as_str()), (1, "waves.csv:1"));
    }

    #[test]
    fn a_moment_is_before_in_or_after_the_window() {
        let mut found = Vec::new();
        let text = "wave;opens_at;closes_at;timezone\n 3 ;2026-11-22 22:00;2026-11-23 06:00;UTC\n";
        let wave = waves(text.as_bytes().to_vec(), &mut found).remove(0);
        let phase = |now: &str| wave.phase(now.parse().expect("a moment"));
        assert_eq!(phase("2026-11-22T21:59:59Z"), Phase::Before);
        assert_eq!(phase("2026-11-22T22:00:00Z"), Phase::Open);
        assert_eq!(phase("2026-11-23T06:00:00Z"), Phase::Over);
        assert_eq!(wave.opens_in("2026-11-21T20:39:30Z".parse().expect("a moment")), "1 d 1 h 21 min");
        assert_eq!(wave.opens_in("2026-11-22T21:00:00Z".parse().expect("a moment")), "1 h 0 min");
        assert!(wave.is_called("3 ") && wave.owner.is_empty());
    }
}
