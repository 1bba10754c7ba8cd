//! Text for people: headings, wrapped paragraphs and columns within a width, plain or with a little
//! colour. Everything that comes from an audited file goes through [`clean`], so that nothing in it
//! can move the cursor, change colours or reverse what is printed.

use anstyle::{AnsiColor, Style};
use comfy_table::{CellAlignment, ColumnConstraint, ContentArrangement, Table, presets};

use crate::rule::Severity;
use crate::show;

/// How far items stand in from their heading.
pub const STEP: usize = 2;

/// A space at which no line is broken. It is written as a plain one, so that a search finds it.
pub const NO_BREAK: char = '\u{a0}';

/// Headings.
pub const BOLD: Style = Style::new().bold();
/// What matters less.
pub const DIM: Style = Style::new().dimmed();
/// As it is.
pub const PLAIN: Style = Style::new();

/// The colour of a severity's name.
pub fn severity(severity: Severity) -> Style {
    let color = |color: AnsiColor| color.on_default();
    match severity {
        Severity::Critical => color(AnsiColor::Red).bold(),
        Severity::High => color(AnsiColor::Red),
        Severity::Medium => color(AnsiColor::Yellow),
        Severity::Low => color(AnsiColor::Cyan),
        Severity::Info => DIM,
    }
}

/// Text from an audited file on one line, without control characters.
pub fn clean(text: &str) -> String {
    show::one_line(text).trim().to_owned()
}

/// A page that is being written.
#[derive(Debug)]
pub struct Page {
    out: String,
    width: usize,
    color: bool,
}

impl Page {
    /// An empty page of this many columns.
    pub fn new(width: usize, color: bool) -> Page {
        Page { out: String::new(), width, color }
    }

    /// The text.
    pub fn finish(self) -> String {
        self.out
    }

    /// `text` in a style.
    pub fn styled(&self, text: &str, style: Style) -> String {
        if self.color && style != PLAIN { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }

    /// An empty line, unless there is one already or nothing above.
    pub fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// A heading with an empty line above.
    pub fn heading(&mut self, text: &str) {
        self.blank();
        self.text(0, text, BOLD);
    }

    /// A paragraph.
    pub fn text(&mut self, indent: usize, text: &str, style: Style) {
        self.labelled(indent, ("", PLAIN), text, style);
    }

    /// A paragraph after a label; its further lines stand under its first word.
    pub fn labelled(&mut self, indent: usize, (label, label_style): (&str, Style), text: &str, style: Style) {
        let hang = indent + label.chars().count();
        let lines = wrap(text, self.width.saturating_sub(hang).max(20));
        for (n, line) in lines.iter().enumerate() {
            let start = if n == 0 {
                format!("{:indent$}{}", "", self.styled(label, label_style))
            } else {
                format!("{:hang$}", "")
            };
            let line = format!("{start}{}", self.styled(line, style));
            self.out.push_str(&line.trim_end().replace(NO_BREAK, " "));
            self.out.push('\n');
        }
    }

    /// Lines as they are, but for control characters.
    pub fn verbatim(&mut self, indent: usize, text: &str) {
        for line in text.trim_end().lines() {
            let line = format!("{:indent$}{}", "", show::one_line(&line.replace('\t', "    ")));
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }

    /// Two texts on one line if they fit, else the second one beneath the first.
    pub fn beside(&mut self, indent: usize, first: &str, second: &str) {
        if indent + first.chars().count() + 2 + second.chars().count() <= self.width {
            self.text(indent, &format!("{first}  {second}"), PLAIN);
        } else {
            self.text(indent, first, PLAIN);
            self.text(indent + STEP, second, PLAIN);
        }
    }

    /// Paragraphs whose labels stand in one column.
    pub fn pairs(&mut self, indent: usize, rows: &[(&str, String)], style: Style) {
        let width = rows.iter().map(|(label, _)| label.chars().count()).max().unwrap_or(0) + 2;
        for (label, text) in rows.iter().filter(|(_, text)| !text.is_empty()) {
            self.labelled(indent, (&format!("{label:width$}"), style), text, PLAIN);
        }
    }

    /// Columns of the page.
    pub fn width(&self) -> usize {
        self.width
    }

    /// A table without lines. The first `whole` columns are never broken, so that a name can be
    /// copied; numbers are flush right.
    pub fn table(&mut self, indent: usize, header: &[&str], rows: &[Vec<String>], whole: usize) {
        let mut table = Table::new();
        table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
        table.set_width(u16::try_from(self.width.saturating_sub(indent)).unwrap_or(u16::MAX));
        table.set_header(header.to_vec());
        table.add_rows(rows.iter().cloned());
        for (n, column) in table.column_iter_mut().enumerate() {
            column.set_padding((0, 2));
            if n < whole {
                column.set_constraint(ColumnConstraint::ContentWidth);
            }
            let digits = |row: &Vec<String>| row.get(n).is_some_and(|cell| cell.bytes().all(|b| b.is_ascii_digit()));
            if !rows.is_empty() && rows.iter().all(digits) {
                column.set_cell_alignment(CellAlignment::Right);
            }
        }
        for (n, line) in table.lines().enumerate() {
            let style = if n == 0 && !header.is_empty() { DIM } else { PLAIN };
            let line = format!("{:indent$}{}", "", self.styled(line.trim_end(), style));
            self.out.push_str(line.trim_end());
            self.out.push('\n');
        }
    }
}

/// Breaks a text at spaces into lines of at most `width` characters. A word that is longer stays
/// whole, so that a path can be copied; a line break in the text stays one.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let (mut line, mut length) = (String::new(), 0);
        for word in paragraph.split(' ') {
            let more = word.chars().count();
            if length > 0 && length + 1 + more > width {
                lines.push(std::mem::take(&mut line));
                length = 0;
            }
            if !line.is_empty() {
                line.push(' ');
                length += 1;
            }
            line.push_str(word);
            length += more;
        }
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_paragraph_wraps_under_its_first_word_and_long_words_stay_whole() {
        let mut page = Page::new(30, false);
        page.labelled(2, ("fix  ", DIM), "set it to true and see https://example.org/a/very/long/path for why", PLAIN);
        insta::assert_snapshot!(page.finish(), @r#"
        fix  set it to true and see
             https://example.org/a/very/long/path
             for why
        "#);
    }

    #[test]
    fn colour_is_only_there_when_it_is_wanted() {
        assert_eq!(Page::new(80, false).styled("high", severity(Severity::High)), "high");
        assert_eq!(Page::new(80, true).styled("high", severity(Severity::High)), "\u{1b}[31mhigh\u{1b}[0m");
    }

    #[test]
    fn nothing_from_a_file_reaches_the_terminal_as_a_command() {
        assert_eq!(clean("a\u{1b}[2J\r\nb"), "a\u{fffd}[2J\u{fffd} b");
    }

    #[test]
    fn a_table_has_columns_and_no_lines() {
        let mut page = Page::new(40, false);
        page.table(2, &["", "fail", "pass"], &[vec!["critical".into(), "2".into(), "10".into()]], 1);
        insta::assert_snapshot!(page.finish(), @r#"
                  fail  pass
        critical     2    10
        "#);
    }
}
