//! Rust source -> the sentences in it that a person may read.

/// What stands before a string that nobody reads: panics, the reasons of lints, log lines, and attributes of pages.
const UNREAD: &[&str] = &["expect(", "expect_err(", "reason = ", "warn!(", "info!(", "debug!(", "class=", "content="];

/// Every sentence of a source, as it is said; the tests at its end say nothing.
pub fn sentences(source: &str) -> Vec<String> {
    let code = source.split("#[cfg(test)]\nmod").next().unwrap_or_default();
    let (mut found, mut at) = (Vec::new(), 0);
    while let Some(first) = code[at..].chars().next() {
        let rest = &code[at..];
        at += match first {
            '/' if rest.starts_with("//") => rest.find('\n').unwrap_or(rest.len()),
            'r' if rest.starts_with("r#\"") => rest.find("\"#").map_or(rest.len(), |end| end + 2),
            '\'' => character(rest),
            '"' => {
                let length = quoted(rest);
                let before = code[..at].trim_end();
                let said = unescaped(&rest[1..length - 1]);
                if is_sentence(&said) && !UNREAD.iter().any(|unread| before.ends_with(unread.trim_end())) {
                    found.push(said);
                }
                length
            }
            _ => first.len_utf8(),
        };
    }
    found
}

/// How long a character is that begins here; a lifetime is as long as its mark.
fn character(rest: &str) -> usize {
    let inside: Vec<char> = rest.chars().skip(1).take(3).collect();
    match inside[..] {
        ['\\', ..] => rest[3..].find('\'').map_or(rest.len(), |end| end + 4),
        [one, '\'', ..] => one.len_utf8() + 2,
        _ => 1,
    }
}

fn quoted(rest: &str) -> usize {
    let mut characters = rest.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '"' => return at + 1,
            _ => {}
        }
    }
    rest.len()
}

fn unescaped(text: &str) -> String {
    let mut lines = text.split("\\\n");
    let mut whole = lines.next().unwrap_or_default().to_owned();
    lines.for_each(|line| whole.push_str(line.trim_start()));
    whole.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\")
}

/// Two plain words after one another, beside what stands in gaps and in quotes.
fn is_sentence(text: &str) -> bool {
    let mut bare = String::new();
    let mut depth = 0_usize;
    for c in text.chars() {
        match c {
            '{' => depth += 1,
            '}' => depth = depth.saturating_sub(1),
            _ if depth == 0 => bare.push(c),
            _ => {}
        }
    }
    let outside: String = bare.split('`').step_by(2).collect::<Vec<_>>().join(" _ ");
    let is_word = |word: &&str| {
        let word = word.trim_matches([',', ';', ':', '.', '(', ')', '?']);
        word.len() > 1 && word.chars().all(|c| c.is_ascii_lowercase() || matches!(c, '\'' | '-'))
    };
    let words: Vec<&str> = outside.split_whitespace().collect();
    words.windows(2).any(|pair| pair.iter().all(&is_word))
}

#[test]
fn sentences_are_found() {
    let source = r#"
        // "a comment that says nothing"
        let quote = '"'; // and "neither this"
        let said = "the row \
                    `{row}` is wrong".expect("it is never said");
        let [name, class] = ["customers", "PUT /people/{id}"];
        html! { p class="note wait" { "look at it" } }
    "#;
    assert_eq!(sentences(source), ["the row `{row}` is wrong", "look at it"]);
}
