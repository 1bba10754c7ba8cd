//! `duecare controls`: the paragraphs of the law, how much of each a scan can see, and how many rules
//! serve it.

use serde::Serialize;

use super::markdown;
use crate::cli::{Controls, ControlsList, Global, ListFormat};
use crate::framework::{Control, Framework, Law};
use crate::out;
use crate::report::cite::{self, binding};
use crate::report::page::{PLAIN, Page, STEP};
use crate::rule::load::Overrides;
use crate::rule::pack::Pack;

/// Runs it.
pub fn run(args: &Controls, global: &Global) -> anyhow::Result<u8> {
    let Controls::List(ControlsList { framework, format }) = args;
    let mut law = super::law()?;
    super::keep(&mut law, framework)?;
    let pack = Pack::built_in(Overrides::default());
    let text = match format {
        ListFormat::Table => table(&law, &pack, super::page(global)),
        ListFormat::Json => json(&law, &pack)?,
        ListFormat::Markdown => markdown(&law, &pack),
    };
    out::stdout(&text)?;
    Ok(0)
}

/// Number of rules whose safeguard serves the control. Rules kept only for their id do not count.
fn rules(control: &Control, pack: &Pack) -> usize {
    let serves = |safeguard: &str| control.safeguards.iter().any(|id| id == safeguard);
    pack.cards().filter(|card| !card.deprecated && serves(&card.safeguard)).count()
}

fn table(law: &Law, pack: &Pack, mut page: Page) -> String {
    for framework in &law.frameworks {
        page.heading(&format!("{}: {}, {}", framework.short, framework.title, framework.citation));
        let row = |control: &Control| {
            let (cited, coverage) = (control.cited().to_owned(), control.coverage.id().to_owned());
            vec![cited, control.title.clone(), binding(control).to_owned(), coverage, rules(control, pack).to_string()]
        };
        let rows: Vec<Vec<String>> = framework.controls.iter().map(row).collect();
        page.table(STEP, &["control", "title", "binding", "coverage", "rules"], &rows, 1);
    }
    page.blank();
    page.text(0, "duecare explain CONTROL says what a person must add.", PLAIN);
    page.finish()
}

/// A control as JSON.
#[derive(Serialize)]
struct Row<'a> {
    framework: &'a str,
    id: &'a str,
    citation: String,
    title: &'a str,
    kind: &'a str,
    designation: &'a str,
    coverage: &'static str,
    parent: Option<&'a str>,
    summary: &'a str,
    evidence: &'a str,
    safeguards: &'a [String],
    rules: usize,
}

fn json(law: &Law, pack: &Pack) -> anyhow::Result<String> {
    let all = law.frameworks.iter().flat_map(|framework| framework.controls.iter().map(move |c| (framework, c)));
    let rows: Vec<Row> = all.map(|(framework, control)| row(framework, control, pack)).collect();
    Ok(serde_json::to_string_pretty(&rows)? + "\n")
}

fn row<'a>(framework: &'a Framework, control: &'a Control, pack: &Pack) -> Row<'a> {
    Row {
        framework: &framework.id,
        id: &control.id,
        citation: cite::full(framework, control),
        title: &control.title,
        kind: &control.kind,
        designation: &control.designation,
        coverage: control.coverage.id(),
        parent: control.parent.as_deref(),
        summary: &control.summary,
        evidence: &control.evidence,
        safeguards: &control.safeguards,
        rules: rules(control, pack),
    }
}

fn markdown(law: &Law, pack: &Pack) -> String {
    let mut out = String::from(
        "# Controls\n\nThe paragraphs that `duecare` reports against. Coverage says how much of one a scan of \
         configuration can see:\nfull (the mechanism, for the systems that were read), partial (a person attests the \
         rest) or manual (a person attests\nit). Not even full means that a duty is met. The titles are for \
         orientation; the text of the law decides.\n\nThis page is printed by `duecare controls list --format \
         markdown`.\n",
    );
    for framework in &law.frameworks {
        out.push_str(&format!("\n## {}\n\n{}; {}.\n\n", framework.title, framework.citation, framework.status));
        let row = |control: &Control| {
            let safeguards = control.safeguards.join(", ");
            let (binding, coverage) = (binding(control).to_owned(), control.coverage.id().to_owned());
            let rules = rules(control, pack).to_string();
            vec![control.cited().to_owned(), control.title.clone(), binding, coverage, safeguards, rules]
        };
        let rows: Vec<Vec<String>> = framework.controls.iter().map(row).collect();
        out.push_str(&markdown::table(&["control", "title", "binding", "coverage", "safeguards", "rules"], &rows));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_control_is_in_every_form() {
        let (law, pack) = (Law::built_in().unwrap(), Pack::empty(Overrides::default()));
        let forms = [table(&law, &pack, Page::new(80, false)), json(&law, &pack).unwrap(), markdown(&law, &pack)];
        for control in law.frameworks.iter().flat_map(|framework| &framework.controls) {
            assert!(forms.iter().all(|form| form.contains(control.cited())), "{}", control.id);
        }
    }
}
