//! `duecare rules list`.

use std::collections::BTreeMap;

use serde::Serialize;

use super::{markdown, platform};
use crate::cli::{Global, ListFormat, RulesList};
use crate::out;
use crate::report::page::{DIM, Page, STEP};
use crate::rule::load::Overrides;
use crate::rule::pack::{Card, Pack};

/// Columns from which on there is room for the kinds of resources.
const WIDE: usize = 130;

/// Runs it.
pub fn run(args: &RulesList, global: &Global) -> anyhow::Result<u8> {
    let pack = crate::command::pack(&args.rules, &crate::command::law()?, Overrides::default())?;
    let mut cards: Vec<&Card> = pack.cards().collect();
    cards.sort_by(|a, b| a.path.cmp(&b.path));
    let text = match args.format {
        ListFormat::Table => table(&cards, crate::command::page(global)),
        ListFormat::Json => json(&cards)?,
        ListFormat::Markdown => markdown(&pack, &cards)?,
    };
    out::stdout(&text)?;
    Ok(0)
}

fn by_platform<'a>(cards: &[&'a Card]) -> BTreeMap<&'a str, Vec<&'a Card>> {
    let mut all: BTreeMap<&str, Vec<&Card>> = BTreeMap::new();
    for card in cards {
        all.entry(platform(&card.path)).or_default().push(card);
    }
    all
}

fn table(cards: &[&Card], mut page: Page) -> String {
    let wide = page.width() >= WIDE;
    for (platform, cards) in by_platform(cards) {
        page.heading(platform);
        let row = |card: &&Card| {
            let title = if card.deprecated { format!("(deprecated) {}", card.title) } else { card.title.to_string() };
            let kinds = wide.then(|| card.kinds.join(" "));
            [card.id.to_string(), card.severity.to_string(), title].into_iter().chain(kinds).collect()
        };
        let rows: Vec<Vec<String>> = cards.iter().map(row).collect();
        let header: &[&str] = &["rule", "severity", "title", "kinds"];
        page.table(STEP, header.get(..if wide { 4 } else { 3 }).unwrap_or(header), &rows, 2);
    }
    page.blank();
    page.text(0, &format!("{} rules; duecare explain RULE says all there is about one", cards.len()), DIM);
    page.finish()
}

/// A rule as JSON.
#[derive(Serialize)]
struct Row<'a> {
    id: &'a str,
    title: &'a str,
    severity: &'a str,
    safeguard: &'a str,
    path: &'a str,
    kinds: &'a [std::borrow::Cow<'static, str>],
    concepts: &'a [std::borrow::Cow<'static, str>],
    equivalents: BTreeMap<&'a str, Vec<&'a str>>,
    aliases: &'a [std::borrow::Cow<'static, str>],
    deprecated: bool,
}

/// The other tools' ids of a card, by tool.
fn peers(card: &Card) -> BTreeMap<&str, Vec<&str>> {
    let mut all: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (tool, id) in card.peers.iter().filter_map(|peer| peer.split_once(':')) {
        all.entry(tool).or_default().push(id);
    }
    all
}

fn json(cards: &[&Card]) -> anyhow::Result<String> {
    let row = |card: &&'_ Card| {
        let card: &Card = card;
        serde_json::to_value(Row {
            id: &card.id,
            title: &card.title,
            severity: &card.severity,
            safeguard: &card.safeguard,
            path: &card.path,
            kinds: &card.kinds,
            concepts: &card.concepts,
            equivalents: peers(card),
            aliases: &card.aliases,
            deprecated: card.deprecated,
        })
    };
    let rows: Vec<serde_json::Value> = cards.iter().map(row).collect::<Result<_, _>>()?;
    Ok(serde_json::to_string_pretty(&rows)? + "\n")
}

fn markdown(pack: &Pack, cards: &[&Card]) -> anyhow::Result<String> {
    let mut out = format!(
        "# Rules\n\nThe {} rules of `duecare`, by platform. `duecare explain RULE` says why one matters, what to do, \
         which law it\nserves, and shows examples. The law follows from the safeguard; see \
         [controls.md](controls.md).\n\nThis page is printed by `duecare rules list --format markdown`.\n",
        cards.len()
    );
    for (platform, cards) in by_platform(cards) {
        out.push_str(&format!("\n## {platform}\n\n"));
        let mut rows = Vec::new();
        for card in cards {
            let others: Vec<String> =
                peers(card).into_iter().map(|(tool, ids)| format!("{tool} {}", ids.join(", "))).collect();
            let kinds: Vec<String> = card.kinds.iter().map(|kind| format!("`{kind}`")).collect();
            rows.push(vec![
                format!("`{}`", card.id),
                card.severity.to_string(),
                title(pack, card)?,
                card.safeguard.to_string(),
                kinds.join(" "),
                others.join("; "),
            ]);
        }
        out.push_str(&markdown::table(&["rule", "severity", "title", "safeguard", "kinds", "in other tools"], &rows));
    }
    Ok(out)
}

/// The title and, of a rule that is kept only for its id, why.
fn title(pack: &Pack, card: &Card) -> anyhow::Result<String> {
    if !card.deprecated {
        return Ok(card.title.to_string());
    }
    let index = pack.cards().position(|other| other.id == card.id).unwrap_or(usize::MAX);
    let rule = pack.rule(index).map_err(anyhow::Error::msg)?;
    Ok(format!("{} (deprecated: {})", card.title, rule.deprecated.as_deref().unwrap_or("see the file")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::framework::Law;
    use crate::report::sample;

    #[test]
    fn every_rule_is_in_every_form() {
        let pack = sample::pack(&Law::built_in().unwrap());
        let cards: Vec<&Card> = pack.cards().collect();
        let forms = [table(&cards, Page::new(200, false)), json(&cards).unwrap(), markdown(&pack, &cards).unwrap()];
        for card in &cards {
            assert!(forms.iter().all(|form| form.contains(&*card.id) && form.contains(&*card.title)), "{}", card.id);
        }
        assert!(forms[2].contains("checkov CKV_AWS_17; trivy AWS-0180"), "{}", forms[2]);
    }
}
