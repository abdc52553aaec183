//! Rust source -> words, paths and functions. As much of a reader as the rules need: it knows comments, strings,
//! `use` groups and braces, and nothing of types.

/// A name or a sign; never a comment and never the inside of a string.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token<'a> {
    pub text: &'a str,
    pub line: usize,
}

/// A path as written, such as `crate::model::Email`; `use` groups are taken apart.
#[derive(Debug)]
pub struct Path<'a> {
    pub segments: Vec<&'a str>,
    pub line: usize,
    /// How many `mod x { … }` of the same file stand around it.
    pub nesting: usize,
}

/// A function with a body.
#[derive(Debug, PartialEq, Eq)]
pub struct Function<'a> {
    pub name: &'a str,
    pub line: usize,
    pub lines: usize,
}

/// Splits source into names and signs; comments, strings and numbers of any shape vanish.
pub fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut rest, mut line) = (source, 1);
    while let Some(first) = rest.chars().next() {
        let (kind, length) = next(rest, first);
        let (text, tail) = rest.split_at(length);
        if kind == Kind::Word {
            tokens.push(Token { text: text.trim_start_matches("r#"), line });
        }
        line += text.matches('\n').count();
        rest = tail;
    }
    tokens
}

#[derive(PartialEq, Eq)]
enum Kind {
    Word,
    Nothing,
}

fn next(rest: &str, first: char) -> (Kind, usize) {
    if rest.starts_with("//") {
        (Kind::Nothing, rest.find('\n').unwrap_or(rest.len()))
    } else if rest.starts_with("/*") {
        (Kind::Nothing, block_comment(rest))
    } else if let Some(length) = literal(rest) {
        (Kind::Nothing, length)
    } else if ["::", "->", "=>"].iter().any(|sign| rest.starts_with(sign)) {
        (Kind::Word, 2)
    } else if is_name(first) || rest.starts_with("r#") {
        let prefix = if rest.starts_with("r#") { 2 } else { 0 };
        let name = rest[prefix..].find(|c| !is_name(c)).map_or(rest.len(), |end| prefix + end);
        (if first.is_ascii_digit() { Kind::Nothing } else { Kind::Word }, name)
    } else {
        (if first.is_whitespace() { Kind::Nothing } else { Kind::Word }, first.len_utf8())
    }
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// Block comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut depth, mut at) = (0_usize, 0);
    loop {
        match &rest.as_bytes()[at..] {
            [] => return at,
            [b'/', b'*', ..] => (depth, at) = (depth + 1, at + 2),
            [b'*', b'/', ..] if depth == 1 => return at + 2,
            [b'*', b'/', ..] => (depth, at) = (depth - 1, at + 2),
            _ => at += 1,
        }
    }
}

/// How long the string, character or lifetime is that starts here, if one does.
fn literal(rest: &str) -> Option<usize> {
    let prefix = ["br", "cr", "b", "c", "r"].into_iter().find(|prefix| {
        rest.strip_prefix(prefix).is_some_and(|tail| tail.trim_start_matches('#').starts_with(['"', '\'']))
    });
    let prefix = prefix.unwrap_or_default();
    let body = &rest[prefix.len()..];
    let length = if prefix.ends_with('r') && !body.starts_with('\'') { raw_string(body) } else { plain(body) };
    length.map(|length| prefix.len() + length)
}

fn raw_string(body: &str) -> Option<usize> {
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inside = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(hashes + 1 + inside.find(&end).map_or(inside.len(), |at| at + end.len()))
}

fn plain(body: &str) -> Option<usize> {
    match body.chars().next()? {
        '"' => Some(quoted(body, '"')),
        '\'' => {
            let mut inside = body[1..].chars();
            let is_character = inside.next() == Some('\\') || inside.next() == Some('\'');
            let lifetime = || body[1..].find(|c| !is_name(c)).map_or(body.len(), |end| 1 + end);
            Some(if is_character { quoted(body, '\'') } else { lifetime() })
        }
        _ => None,
    }
}

/// Length up to the closing quote; a backslash takes the next character with it.
fn quoted(body: &str, quote: char) -> usize {
    let mut characters = body.char_indices().skip(1);
    while let Some((at, c)) = characters.next() {
        if c == '\\' {
            characters.next();
        } else if c == quote {
            return at + 1;
        }
    }
    body.len()
}

/// Every path of two and more segments, and everything that `use` names.
pub fn paths<'a>(tokens: &[Token<'a>]) -> Vec<Path<'a>> {
    let mut found = Vec::new();
    let (mut depth, mut modules, mut at) = (0_usize, Vec::new(), 0);
    while at < tokens.len() {
        let nesting = modules.len();
        let after = match word(tokens, at) {
            "use" if word(tokens, at + 1) != "<" => use_tree(tokens, at + 1, &[], nesting, &mut found),
            text if is_first(tokens, at) && is_name_token(text) => plain_path(tokens, at, nesting, &mut found),
            _ => at + 1,
        };
        for token in &tokens[at..after] {
            depth = match token.text {
                "{" => depth + 1,
                "}" => depth.saturating_sub(1),
                _ => depth,
            };
        }
        modules.retain(|opened| *opened <= depth);
        if word(tokens, at) == "mod" && word(tokens, at + 2) == "{" {
            modules.push(depth + 1);
            depth += 1;
            at += 3;
        } else {
            at = after;
        }
    }
    found
}

fn word<'a>(tokens: &[Token<'a>], at: usize) -> &'a str {
    tokens.get(at).map_or("", |token| token.text)
}

fn is_name_token(text: &str) -> bool {
    text.starts_with(is_name)
}

/// Does a path begin here? After `::` it goes on, unless that `::` is itself at the front.
fn is_first(tokens: &[Token<'_>], at: usize) -> bool {
    let before = |back: usize| at.checked_sub(back).map_or("", |at| word(tokens, at));
    before(1) != "::" || !(is_name_token(before(2)) || before(2) == ">")
}

fn plain_path<'a>(tokens: &[Token<'a>], at: usize, nesting: usize, found: &mut Vec<Path<'a>>) -> usize {
    let mut segments = vec![word(tokens, at)];
    let mut end = at + 1;
    while word(tokens, end) == "::" && is_name_token(word(tokens, end + 1)) {
        segments.push(word(tokens, end + 1));
        end += 2;
    }
    if segments.len() > 1 {
        found.push(Path { segments, line: tokens[at].line, nesting });
    }
    end
}

/// Reads one branch of a `use` tree and returns where it ends: at a `,`, a `}` or after the `;`.
fn use_tree<'a>(
    tokens: &[Token<'a>],
    mut at: usize,
    prefix: &[&'a str],
    nesting: usize,
    found: &mut Vec<Path<'a>>,
) -> usize {
    let mut segments = prefix.to_vec();
    let line = tokens.get(at).map_or(0, |token| token.line);
    loop {
        match word(tokens, at) {
            "{" => {
                at = use_group(tokens, at, &segments, nesting, found);
                return if word(tokens, at) == ";" { at + 1 } else { at };
            }
            "::" => {}
            "as" => at += 1,
            "self" if !segments.is_empty() => {}
            text if is_name_token(text) || text == "*" => segments.push(text),
            end => {
                found.push(Path { segments, line, nesting });
                return if end == ";" { at + 1 } else { at };
            }
        }
        at += 1;
    }
}

fn use_group<'a>(
    tokens: &[Token<'a>],
    open: usize,
    prefix: &[&'a str],
    nesting: usize,
    found: &mut Vec<Path<'a>>,
) -> usize {
    let mut at = open + 1;
    while !matches!(word(tokens, at), "}" | "") {
        at = use_tree(tokens, at, prefix, nesting, found);
        if word(tokens, at) == "," {
            at += 1;
        }
    }
    at + 1
}

/// Every function with a body, except those that a `macro_rules!` writes.
pub fn functions<'a>(tokens: &[Token<'a>]) -> Vec<Function<'a>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if word(tokens, at) == "macro_rules" {
            at = tokens[at..].iter().position(|token| token.text == "{").map_or(tokens.len(), |open| at + open);
            at = closing(tokens, at);
        } else if word(tokens, at) == "fn" && is_name_token(word(tokens, at + 1)) {
            found.extend(function(tokens, at));
        }
        at += 1;
    }
    found
}

fn function<'a>(tokens: &[Token<'a>], at: usize) -> Option<Function<'a>> {
    let mut depth = 0_i32;
    for (open, token) in tokens.iter().enumerate().skip(at) {
        match token.text {
            "(" | "[" => depth += 1,
            ")" | "]" => depth -= 1,
            ";" if depth == 0 => return None,
            "{" if depth == 0 => {
                let (line, end) = (tokens[at].line, tokens.get(closing(tokens, open))?.line);
                return Some(Function { name: word(tokens, at + 1), line, lines: end - line + 1 });
            }
            _ => {}
        }
    }
    None
}

/// Where the brace that opens here is closed.
fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0_usize;
    for (at, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "{" => depth += 1,
            "}" if depth == 1 => return at,
            "}" => depth -= 1,
            _ => {}
        }
    }
    tokens.len()
}

#[cfg(test)]
mod tests {
    use super::{functions, paths, tokens};

    fn seen(source: &str) -> Vec<String> {
        paths(&tokens(source)).iter().map(|path| format!("{} {}", path.line, path.segments.join("::"))).collect()
    }

    fn words(source: &str) -> String {
        tokens(source).iter().map(|token| token.text).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn comments_and_strings_vanish() {
        assert_eq!(words("a // crate::x\nb /* c /* d */ \" */ e"), "a b e");
        assert_eq!(words(r##"a "b \" c" d r#"e " f"# g b"h" i br"j\" k"##), "a d g i k");
        assert_eq!(words(r"a '{' b '\'' c '\u{1F600}' d b'}' e &'static f<'a> '_ 'ß' g"), "a b c d e & f < > g");
        assert_eq!(words("r#type 1_000u64 0..n r x.r b"), "type . . n r x . r b");
    }

    #[test]
    fn lines_are_counted_through_everything() {
        let found = tokens("/*\n*/ a\n\"\n\n\" b\nc");
        assert_eq!(found.iter().map(|token| token.line).collect::<Vec<_>>(), [2, 5, 6]);
    }

    #[test]
    fn paths_are_found_wherever_they_stand() {
        assert_eq!(
            seen("use crate::a;\nlet x: Vec<crate::b::C> = crate::d::<u8>();"),
            ["1 crate::a", "2 crate::b::C", "2 crate::d"]
        );
        assert_eq!(
            seen("pub(crate) fn f() -> ::csv::Reader { x.collect::<csv::Row>() }"),
            ["1 csv::Reader", "1 csv::Row"]
        );
        assert_eq!(seen("#[tokio::main]\n$crate::a!()"), ["1 tokio::main", "2 crate::a"]);
        assert_eq!(seen("fn f() -> impl Sized + use<'_, T> { a::b() }"), ["1 a::b"]);
    }

    #[test]
    fn groups_are_taken_apart() {
        let source = "pub use crate::{\n    a,\n    b::{self, c::D as E, f::*},\n};\nuse csv;\nuse crate as root;";
        let expected = ["2 crate::a", "3 crate::b", "3 crate::b::c::D", "3 crate::b::f::*", "5 csv", "6 crate"];
        assert_eq!(seen(source), expected);
    }

    #[test]
    fn nesting_is_known() {
        let found = tokens("use super::a; mod m { mod n { use super::b; } fn f() { super::c(); } } super::d();");
        assert_eq!(paths(&found).iter().map(|path| path.nesting).collect::<Vec<_>>(), [0, 2, 1, 0]);
    }

    #[test]
    fn functions_are_measured() {
        let source = "macro_rules! m { () => { fn not() {\n} } }\ntrait T { fn none(&self) -> [u8; 2]; }\n\
                      type F = fn(u8) -> u8;\nfn one() { '{' }\nfn three() {\n    if a { \"}\" }\n}";
        let found = functions(&tokens(source));
        assert_eq!(
            found.iter().map(|f| (f.name, f.line, f.lines)).collect::<Vec<_>>(),
            [("one", 5, 1), ("three", 6, 3)]
        );
    }
}
