//! `duecare rules`, but for `test`.

mod coverage;
mod list;
mod new;

use super::markdown;
use crate::cli::{Global, ListFormat, Rules};
use crate::out;
use crate::report::page::{Page, STEP};
use crate::rule::operator::{OPERATORS, Spec};
use crate::rule::schema;

/// Runs it.
pub fn run(args: &Rules, global: &Global) -> anyhow::Result<u8> {
    match args {
        Rules::List(args) => list::run(args, global),
        Rules::New(args) => new::run(args),
        Rules::Coverage(args) => coverage::run(args, global),
        Rules::Operators(args) => operators(args.format, super::page(global)),
        Rules::Schema => {
            let schema = schema::schema(&super::vocabulary(&super::law()?));
            out::stdout(&(serde_json::to_string_pretty(&schema)? + "\n"))?;
            Ok(0)
        }
        Rules::Test(args) => super::rules_test::run(args, global),
    }
}

fn operators(format: ListFormat, mut page: Page) -> anyhow::Result<u8> {
    let name =
        |spec: &Spec| if spec.negatable { format!("{}, not_{}", spec.name, spec.name) } else { spec.name.into() };
    let row = |spec: &Spec| vec![name(spec), spec.takes.words().to_owned(), spec.meaning.to_owned()];
    let rows: Vec<Vec<String>> = OPERATORS.iter().map(row).collect();
    let header = ["operator", "takes", "holds when the value"];
    let text = match format {
        ListFormat::Table => {
            page.table(0, &header, &rows, 0);
            page.finish()
        }
        ListFormat::Json => serde_json::to_string_pretty(&schema::operators())? + "\n",
        ListFormat::Markdown => operators_markdown(&header, &rows),
    };
    out::stdout(&text)?;
    Ok(0)
}

fn operators_markdown(header: &[&str], rows: &[Vec<String>]) -> String {
    let rows: Vec<Vec<String>> = rows
        .iter()
        .map(|row| {
            let names =
                |names: &String| names.split(", ").map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
            row.iter().enumerate().map(|(n, cell)| if n == 0 { names(cell) } else { cell.clone() }).collect()
        })
        .collect();
    format!(
        "# Operators\n\nWhat a rule can ask of a value: `path: {{ operator: argument, default: value }}`. Several \
         operators must all hold.\n`not_` before a name negates it, where the table has it. An argument `$name` is the \
         parameter of that name.\n`ignore_case: true` beside an operator compares without regard to case.\n\nA value \
         that is not set counts as `default`. Without one, every operator but `exists`, `empty` and a negated one\nis \
         false of it. Of a value that is not known, an operator is unknown unless what is known of it decides.\n\nThis \
         page is printed by `duecare rules operators --format markdown`.\n\n{}",
        markdown::table(header, &rows)
    )
}

/// The platform of a rule: the first directory of its path.
fn platform(path: &str) -> &str {
    path.split('/').next().unwrap_or(path)
}

/// A heading and a list beneath.
fn listed(page: &mut Page, heading: &str, items: &[String]) {
    if !items.is_empty() {
        page.heading(heading);
        items.iter().for_each(|item| page.text(STEP, item, crate::report::page::PLAIN));
    }
}
