//! What a terminal shows, as SVG: the colours that turnup uses, and every run of letters at its own column, so that the
//! letters of another font stay under each other.

use std::fmt::Write;

/// How wide a letter is, in tenths.
const CELL_WIDTH: usize = 84;
const LINE_HEIGHT: usize = 19;
const MARGIN: usize = 20;
const HEAD: usize = 44;

/// How letters look.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Look {
    is_bold: bool,
    colour: Option<&'static str>,
}

impl Look {
    /// Takes the numbers of one `ESC [ … m`.
    fn after(self, codes: &str) -> Self {
        codes.split(';').fold(self, |look, code| match code {
            "" | "0" => Self::default(),
            "1" => Self { is_bold: true, ..look },
            "31" | "91" => Self { colour: Some("red"), ..look },
            "32" | "92" => Self { colour: Some("green"), ..look },
            "33" | "93" => Self { colour: Some("yellow"), ..look },
            "34" | "94" => Self { colour: Some("blue"), ..look },
            "36" | "96" => Self { colour: Some("cyan"), ..look },
            other => panic!("a colour that the picture does not know: {other}"),
        })
    }

    fn class(self) -> String {
        let bold = self.is_bold.then_some("b");
        bold.into_iter().chain(self.colour).collect::<Vec<_>>().join(" ")
    }
}

/// Letters that look alike, from a column on.
struct Letters {
    column: usize,
    text: String,
    look: Look,
}

/// The lines of a terminal of so many columns; a longer line goes on in the next one.
fn lines(screen: &str, columns: usize) -> Vec<Vec<Letters>> {
    let mut all = Vec::new();
    let mut look = Look::default();
    for line in screen.lines() {
        let (mut row, mut column) = (Vec::<Letters>::new(), 0);
        let mut rest = line;
        while let Some(letter) = rest.chars().next() {
            if let Some(escape) = rest.strip_prefix("\u{1b}[") {
                let (codes, behind) = escape.split_once('m').expect("turnup writes nothing but colours to a page");
                (look, rest) = (look.after(codes), behind);
                continue;
            }
            if column == columns {
                all.push(std::mem::take(&mut row));
                column = 0;
            }
            match row.last_mut() {
                Some(last) if last.look == look => last.text.push(letter),
                _ => row.push(Letters { column, text: letter.to_string(), look }),
            }
            column += 1;
            rest = &rest[letter.len_utf8()..];
        }
        all.push(row);
    }
    all
}

/// The picture of what was typed and of what was said, one after the other.
pub fn picture(pages: &[(&str, String)], columns: usize) -> String {
    let mut letters = String::new();
    let mut line = 0;
    for (typed, screen) in pages {
        letters.push_str(&text(0, line, "$", "dim"));
        letters.push_str(&text(2, line, typed, "b"));
        line += 1;
        for row in lines(screen, columns) {
            for run in row {
                let blanks = run.text.len() - run.text.trim_start_matches(' ').len();
                letters.push_str(&text(run.column + blanks, line, run.text.trim(), &run.look.class()));
            }
            line += 1;
        }
        line += 1;
    }
    let width = 2 * MARGIN + (columns * CELL_WIDTH).div_ceil(10);
    let height = HEAD + (line - 1) * LINE_HEIGHT + MARGIN;
    let typed: Vec<&str> = pages.iter().map(|(typed, _)| *typed).collect();
    format!("{}{letters}</svg>\n", frame(width, height, &typed.join("; ")))
}

fn frame(width: usize, height: usize, title: &str) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         role=\"img\">\n<title>{}</title>\n<style>\ntext {{ font: 14px ui-monospace, \"DejaVu Sans Mono\", Menlo, Consolas, \
         monospace; fill: #d7dce4; white-space: pre }}\n.b {{ font-weight: 700 }}\n.red {{ fill: #ff8c82 }}\n\
         .green {{ fill: #8ce99a }}\n.yellow {{ fill: #ffd166 }}\n.blue {{ fill: #86b9ff }}\n.cyan {{ fill: #6fdde0 }}\n\
         .dim {{ fill: #8b94a3 }}\n</style>\n<rect width=\"{width}\" height=\"{height}\" rx=\"10\" fill=\"#1a1e26\"/>\n",
        escaped(title)
    );
    for (index, colour) in ["#ff5f57", "#febc2e", "#28c840"].into_iter().enumerate() {
        let _ = writeln!(svg, "<circle cx=\"{}\" cy=\"20\" r=\"6\" fill=\"{colour}\"/>", MARGIN + 6 + index * 20);
    }
    svg
}

/// Nothing for nothing.
fn text(column: usize, line: usize, letters: &str, class: &str) -> String {
    if letters.is_empty() {
        return String::new();
    }
    let y = HEAD + line * LINE_HEIGHT + 14;
    let (x, long) = (tenths(MARGIN * 10 + column * CELL_WIDTH), tenths(letters.chars().count() * CELL_WIDTH));
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{class}\"") };
    format!("<text x=\"{x}\" y=\"{y}\" textLength=\"{long}\"{class}>{}</text>\n", escaped(letters))
}

fn tenths(tenths: usize) -> String {
    format!("{}.{}", tenths / 10, tenths % 10)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
