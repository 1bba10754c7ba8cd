//! Tables in Markdown, for the documentation that the binary prints.

/// A table. Bars in cells are escaped, line breaks become spaces.
pub fn table(header: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &mut dyn Iterator<Item = String>| format!("| {} |\n", cells.collect::<Vec<_>>().join(" | "));
    let mut out = line(&mut header.iter().map(|cell| (*cell).to_owned()));
    out.push_str(&line(&mut header.iter().map(|_| "---".to_owned())));
    for row in rows {
        out.push_str(&line(&mut row.iter().map(|cell| cell_text(cell))));
    }
    out
}

fn cell_text(cell: &str) -> String {
    cell.split_whitespace().collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_bar_in_a_cell_does_not_end_it() {
        let table = super::table(&["a", "b"], &[vec!["x|y".to_owned(), "1\n2".to_owned()]]);
        assert_eq!(table, "| a | b |\n| --- | --- |\n| x\\|y | 1 2 |\n");
    }
}
