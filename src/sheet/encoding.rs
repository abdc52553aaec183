//! Bytes of a text file -> text, and in which encoding they were.

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
pub use encoding_rs::Encoding;
use encoding_rs::{UTF_8, UTF_16BE, UTF_16LE, WINDOWS_1252};

const BOM: &[u8] = b"\xef\xbb\xbf";
/// How much of a file is looked at to tell UTF-16 without its mark from UTF-8.
const LOOKED_AT_BYTES: usize = 4096;

/// A text, and how it was come by.
#[derive(Debug)]
pub(super) struct Decoded {
    pub text: String,
    /// What it is called.
    pub encoding: &'static str,
    /// Neither the file nor the user named the encoding.
    pub is_guess: bool,
}

/// Bytes that are not in the encoding that they or the user claim.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct NotText {
    pub encoding: &'static str,
    /// How many line feeds stand before the first wrong byte.
    pub lines_before: usize,
}

/// The encoding of that name, as browsers know them; `utf-16` is little-endian, as spreadsheets write it.
pub fn encoding(name: &str) -> Option<&'static Encoding> {
    Encoding::for_label(name.trim().as_bytes())
}

/// Reads text: as the user says, else as its mark says, else UTF-8, else by the frequencies of its letters.
pub(super) fn decode(bytes: Vec<u8>, named: Option<&'static Encoding>) -> Result<Decoded, NotText> {
    let by_mark = Encoding::for_bom(&bytes).map(|(encoding, _)| encoding);
    let (encoding, is_guess) = match (named, by_mark) {
        (Some(named), _) => (named, false),
        (None, Some(marked)) => (marked, false),
        (None, None) => match without_mark(&bytes) {
            Some(encoding) => (encoding, true),
            None => return Ok(String::from_utf8(bytes).map_or_else(|error| legacy(error.as_bytes()), utf8)),
        },
    };
    if encoding == UTF_8 {
        return marked_utf8(bytes);
    }
    let (text, had_errors) = encoding.decode_with_bom_removal(&bytes);
    if had_errors {
        return Err(NotText { encoding: encoding.name(), lines_before: wrong_line(&text) });
    }
    Ok(Decoded { text: text.into_owned(), encoding: encoding.name(), is_guess })
}

fn utf8(text: String) -> Decoded {
    Decoded { text, encoding: UTF_8.name(), is_guess: false }
}

fn marked_utf8(mut bytes: Vec<u8>) -> Result<Decoded, NotText> {
    if bytes.starts_with(BOM) {
        bytes.drain(..BOM.len());
    }
    String::from_utf8(bytes).map(utf8).map_err(|error| {
        let before = &error.as_bytes()[..error.utf8_error().valid_up_to()];
        NotText { encoding: UTF_8.name(), lines_before: memchr::memchr_iter(b'\n', before).count() }
    })
}

/// UTF-16 without its mark: every other byte of plain letters is zero.
fn without_mark(bytes: &[u8]) -> Option<&'static Encoding> {
    let looked_at = &bytes[..bytes.len().min(LOOKED_AT_BYTES)];
    let zeros = |parity: usize| looked_at.iter().skip(parity).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd) = (zeros(0), zeros(1));
    let many = looked_at.len() / 4;
    match (even, odd) {
        (0, odd) if odd > many => Some(UTF_16LE),
        (even, 0) if even > many => Some(UTF_16BE),
        _ => None,
    }
}

/// What a spreadsheet in some country wrote in its own code page.
fn legacy(bytes: &[u8]) -> Decoded {
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let guess = detector.guess(None, Utf8Detection::Deny);
    let (text, had_errors) = guess.decode_without_bom_handling(bytes);
    // Of pages that read the bytes alike the commonest is named.
    let (common, _) = WINDOWS_1252.decode_without_bom_handling(bytes);
    let dos = of_dos(bytes);
    if is_of_dos(&common, &dos) {
        return Decoded { text: dos, encoding: DOS, is_guess: true };
    }
    if !had_errors && text != common && !is_western(&common) {
        return Decoded { text: text.into_owned(), encoding: guess.name(), is_guess: true };
    }
    // Every byte means something in Windows-1252.
    Decoded { text: common.into_owned(), encoding: WINDOWS_1252.name(), is_guess: true }
}

/// The page of "CSV (MS-DOS)" in Western Europe and Brazil.
const DOS: &str = "IBM850";
/// What its bytes from 128 on mean (<https://www.unicode.org/Public/MAPPINGS/VENDORS/MICSFT/PC/CP850.TXT>).
const DOS_LETTERS: &str = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒáíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈıÍÎÏ┘┌█▄¦Ì▀\
                           ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u{ad}±‗¾¶§÷¸°¨·¹³²■\u{a0}";

fn of_dos(bytes: &[u8]) -> String {
    let letters: Vec<char> = DOS_LETTERS.chars().collect();
    let read = |byte: &u8| byte.checked_sub(128).map_or(char::from(*byte), |at| letters[usize::from(at)]);
    bytes.iter().map(read).collect()
}

/// Was a text written in the page of MS-DOS? Read in Windows-1252 it has signs inside of words, and read in its own page
/// nothing but words with their letters where they belong.
fn is_of_dos(common: &str, dos: &str) -> bool {
    let letters: Vec<char> = common.chars().collect();
    let is_odd = |c: char| !c.is_ascii() && !c.is_alphanumeric() && !SIGNS.contains(&c);
    let has_sign_in_word = letters.windows(2).any(|pair| pair[0].is_alphabetic() && is_odd(pair[1]));
    let is_plain = |word: &str| {
        let letters: Vec<char> = word.chars().collect();
        !letters.windows(2).any(|pair| pair[0].is_lowercase() && pair[1].is_uppercase() && !pair[1].is_ascii())
    };
    has_sign_in_word && is_western(dos) && words(dos).all(is_plain)
}

/// Is every letter beyond ASCII where Portuguese, Spanish, French, German or English has it? Then a text is in Windows-1252,
/// whatever so few letters resemble: the bytes of other pages show here as signs inside of words, or as letters beside others
/// that they are never beside.
fn is_western(text: &str) -> bool {
    words(text).all(is_western_word)
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| c.is_ascii() && !c.is_ascii_alphanumeric())
}

/// Signs that may stand anywhere.
const SIGNS: [char; 14] = ['’', '‘', '“', '”', '–', '—', '…', '«', '»', '·', '°', '€', '´', '\u{a0}'];

fn is_western_word(word: &str) -> bool {
    if word.is_ascii() {
        return true;
    }
    let letters: Vec<char> = word.chars().flat_map(char::to_lowercase).collect();
    let (all, odd) = (
        letters.iter().filter(|c| c.is_alphabetic()).count(),
        letters.iter().filter(|c| c.is_alphabetic() && !c.is_ascii() && !matches!(c, 'º' | 'ª')).count(),
    );
    let at = |index: Option<usize>| index.and_then(|index| letters.get(index)).copied();
    let is_letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let fits = |(index, c): (usize, &char)| {
        let (before, after) = (at(index.checked_sub(1)), at(Some(index + 1)));
        match c {
            _ if c.is_ascii() || SIGNS.contains(c) => true,
            'á' | 'à' | 'â' | 'ä' | 'ç' | 'é' | 'ê' | 'ë' | 'í' | 'î' | 'ï' | 'ó' | 'ô' | 'ö' | 'ú' | 'û' | 'ü'
            | 'ß' => true,
            'ã' => matches!(after, Some('o' | 'e' | 's')) || !is_letter(after),
            'õ' => after == Some('e'),
            'ñ' => matches!(after, Some('a' | 'e' | 'i' | 'o' | 'u' | 'á' | 'é' | 'í' | 'ó' | 'ú')),
            'è' => is_letter(after),
            'œ' => after == Some('u'),
            // As in `3.º`, `Nº` and `m²`.
            'º' | 'ª' => !is_letter(after),
            '²' | '³' => matches!(before, Some('m' | '0'..='9')) && !is_letter(after),
            '¿' | '¡' => !is_letter(before),
            _ => false,
        }
    };
    // Words of other alphabets are nothing but such letters.
    (odd < 2 || 2 * odd <= all) && letters.iter().enumerate().all(fits)
}

/// How many line feeds stand before the mark that decoding leaves for a wrong byte.
fn wrong_line(text: &str) -> usize {
    let before = text.split('\u{fffd}').next().unwrap_or_default();
    before.matches('\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(bytes: &[u8], named: Option<&str>) -> String {
        match decode(bytes.to_vec(), named.and_then(encoding)) {
            Ok(read) => format!("{} {}{}", read.text, read.encoding, if read.is_guess { "?" } else { "" }),
            Err(wrong) => format!("not {} after {} lines", wrong.encoding, wrong.lines_before),
        }
    }

    fn utf16(text: &str, order: fn(u16) -> [u8; 2]) -> Vec<u8> {
        text.encode_utf16().flat_map(order).collect()
    }

    #[test]
    fn marks_are_believed_and_removed() {
        assert_eq!(shown("\u{feff}João".as_bytes(), None), "João UTF-8");
        assert_eq!(shown(&utf16("\u{feff}João", u16::to_le_bytes), None), "João UTF-16LE");
        assert_eq!(shown(&utf16("\u{feff}João", u16::to_be_bytes), None), "João UTF-16BE");
        assert_eq!(shown(b"\xef\xbb\xbfa\nJo\xe3o", None), "not UTF-8 after 1 lines");
    }

    #[test]
    fn files_without_a_mark_are_told_apart() {
        assert_eq!(shown("João".as_bytes(), None), "João UTF-8");
        assert_eq!(shown(&utf16("email;João", u16::to_le_bytes), None), "email;João UTF-16LE?");
        assert_eq!(shown(&utf16("email;João", u16::to_be_bytes), None), "email;João UTF-16BE?");
        assert_eq!(shown(b"Jo\xe3o Concei\xe7\xe3o", None), "João Conceição windows-1252?");
        assert_eq!(shown(b"M\xfcller", None), "Müller windows-1252?");
        assert_eq!(shown(b"", None), " UTF-8");
    }

    /// Sheets of few rows with such names, in a code page, and how they are read.
    fn read(names: &[&str], page: &'static Encoding) -> (String, &'static str) {
        let row = |name: &&str| format!("acme,{name},x@a.example,webex_calling,101\r\n");
        let text = format!(
            "customer_external_id,last_name,email,package,extension\r\n{}",
            names.iter().map(row).collect::<String>()
        );
        let (bytes, _, had_errors) = page.encode(&text);
        assert!(!had_errors, "{names:?} can be written in {}", page.name());
        let read = decode(bytes.into_owned(), None).expect("it can be read");
        (if read.text == text { String::new() } else { read.text }, read.encoding)
    }

    /// Portuguese, Spanish, French and German.
    const NAMES: &str = "\
        João;Conceição;Fábrica de Pães;Camões;Simões;Guimarães;São Tomé;Inês;Antônio;Mônica;Luís;Célia;\
        Ângela;Íris;Óscar;Úrsula;Assunção;Ribeirão Preto;Irmã Lúcia;Irmãs Leão;Farmácias Douro & Çª;\
        Praça da República, 3.º;Nº 12 1ª;Estêvão;Três Corações;Avenida à Beira;SÃO JOÃO;ESTAÇÕES;\
        Mãe d’Água;Sebastião;Magalhães;Açúcar;Padaria Pão-de-Ló;Brandão;Araújo;Vinícius;Cecília Mântua;\
        Ilha do Mel 25m²;Gusmão;Falcão;Sá;Zé;Núñez;Muñoz;Peña;Señor Íñigo;Begoña;Año Nuevo;José Ángel;\
        Sofía Ibáñez;Güell;¡Olé!;Hélène;François;Benoît;Noël;Garçon;Hôtel Château;Sœur Agnès;Maïté;Août;\
        «Chez Zoé»;Müller;Jürgen Groß;Schröder;Bäckerei Äpfel;Köln;Übelhör;Weißmann";

    #[test]
    fn short_files_of_western_names_are_read_as_they_were_written() {
        let names: Vec<&str> = NAMES.split(';').collect();
        let mut wrong = Vec::new();
        // Alone, and in files of 2 to 20 rows.
        for size in [1, 2, 3, 5, 8, 13, 20] {
            for first in 0..names.len() {
                let some: Vec<&str> = (0..size).map(|at| names[(first + at * 7) % names.len()]).collect();
                let (text, _) = read(&some, WINDOWS_1252);
                if !text.is_empty() {
                    wrong.push(text);
                }
            }
        }
        assert!(wrong.is_empty(), "{}: {wrong:#?}", wrong.len());
    }

    #[test]
    fn other_pages_are_still_known() {
        let wrong = |names: &[&str], page| read(names, page).0;
        for (names, page) in [
            (
                &["Łukasz Wiśniewski", "Zofia Kamińska", "Paweł Dąbrowski", "Małgorzata Żak", "Jędrzej Wójcik"][..],
                "windows-1250",
            ),
            (&["Jiří Dvořák", "Tomáš Novotný", "Lukáš Černý", "Eliška Procházková", "Ondřej Růžička"], "windows-1250"),
            (&["Иванов", "Смирнова", "Кузнецов", "Попова"], "windows-1251"),
            (&["Παπαδόπουλος", "Γεωργίου", "Νικολάου"], "windows-1253"),
            (&["Yılmaz", "Şahin", "Öztürk", "Yıldırım", "Doğan Çelik"], "windows-1254"),
        ] {
            let page = encoding(page).expect("a known page");
            assert_eq!(wrong(names, page), "", "{}", page.name());
        }
    }

    #[test]
    fn files_in_the_page_of_ms_dos_are_known_by_signs_inside_of_words() {
        let letters: Vec<char> = DOS_LETTERS.chars().collect();
        assert_eq!(letters.len(), 128);
        let byte = |c: char| {
            u8::try_from(c)
                .ok()
                .filter(u8::is_ascii)
                .or_else(|| letters.iter().position(|letter| *letter == c).and_then(|at| u8::try_from(at + 128).ok()))
        };
        let names: Vec<&str> = NAMES.split(';').filter(|name| name.chars().all(|c| byte(c).is_some())).collect();
        assert!(names.len() > 60, "{}", names.len());
        for size in [1, 3, 8, 20] {
            for first in 0..names.len() {
                let some = (0..size).map(|at| names[(first + at * 7) % names.len()]).chain(["Assunção"]);
                let text: String = some.flat_map(|name| ["acme,", name, ",x@a.example\r\n"]).collect();
                let read = decode(text.chars().filter_map(byte).collect(), None).expect("it can be read");
                assert_eq!((read.text, read.encoding), (text, DOS));
            }
        }
        assert_eq!(shown(b"Jos\x82 Concei\x87\xc6o", None), "José Conceição IBM850?");
        // Letters that are none of that page, and those of whoever writes Windows-1252 after all.
        assert_eq!(shown(b"Milo\x9a", None), "Miloš windows-1252?");
    }

    #[test]
    fn the_user_knows_best() {
        assert_eq!(shown(b"Jo\x8bo", Some("macintosh")), "João macintosh");
        assert_eq!(shown(b"\xcc\xc0", Some("koi8-r")), "лю KOI8-R");
        assert_eq!(shown(b"a\nb\nJo\xe3o", Some("utf-8")), "not UTF-8 after 2 lines");
    }
}
