//! Helm charts. They are not rendered here, so each says that it was not seen.

use std::sync::Arc;

use crate::format::Document;
use crate::model::Context;
use crate::resource::{Gap, GapKind};
use crate::source::SourceId;
use crate::value::{Data, Entry, Reason, Unknown, Value};

/// The charts among the documents.
#[derive(Default)]
pub(super) struct Charts {
    pub(super) gaps: Vec<Gap>,
    pub(super) used: Vec<SourceId>,
    /// Directories of charts, absolute.
    charts: Vec<Arc<str>>,
}

pub(super) fn read(documents: &[&Document], ctx: &Context) -> Charts {
    let mut charts = Charts::default();
    for document in documents {
        let name = document.path.rsplit('/').next().unwrap_or("");
        if matches!(name, "Chart.yaml" | "Chart.yml") {
            charts.chart(document);
        }
    }
    for document in documents {
        let name = document.path.rsplit('/').next().unwrap_or("");
        let (directory, _) = document.path.rsplit_once('/').unwrap_or(("", &document.path));
        let is_chart = matches!(name, "Chart.yaml" | "Chart.yml");
        let in_chart = charts
            .charts
            .iter()
            .any(|chart| document.path.strip_prefix(&**chart).is_some_and(|it| it.starts_with('/')));
        if in_chart && (is_chart || name.contains("values")) {
            charts.used.push(document.source);
        }
        if is_chart && charts.is_outermost(directory) {
            charts.chart_gap(document, ctx);
        }
    }
    charts
}

impl Charts {
    /// A chart states a name and a version and is no object
    /// (<https://helm.sh/docs/topics/charts/#the-chartyaml-file>).
    fn chart(&mut self, document: &Document) {
        let chart = document.body.documents().first();
        let is_chart = chart.is_some_and(|it| it.get("name").is_some() && it.get("kind").is_none());
        if let (true, Some((directory, _))) = (is_chart, document.path.rsplit_once('/')) {
            self.charts.push(directory.into());
        }
    }

    /// True for a chart that is not a part of another.
    fn is_outermost(&self, directory: &str) -> bool {
        let within = |chart: &str| directory.strip_prefix(chart).is_some_and(|rest| rest.starts_with("/charts/"));
        self.charts.iter().any(|chart| **chart == *directory) && !self.charts.iter().any(|chart| within(chart))
    }

    fn chart_gap(&mut self, document: &Document, ctx: &Context) {
        let Some(source) = ctx.sources.get(document.source) else { return };
        let chart = document.body.documents().first();
        if chart.and_then(|chart| chart.get("type")).and_then(Value::as_str) == Some("library") {
            return; // it makes nothing by itself
        }
        let directory = source.path.rsplit_once('/').map_or(".", |(directory, _)| directory);
        self.gaps.push(Gap {
            kind: GapKind::Template,
            path: source.path.clone(),
            span: chart.map(|chart| chart.span),
            message: "a Helm chart: what it makes is known once it is rendered".into(),
            hint: Some(format!("helm template {directory} | duecare audit -")),
        });
    }

    /// The value as a template of a chart has it: what stands within `{{ }}` is not known, even where
    /// quotes make it a text to YAML. Elsewhere the value as it is.
    pub(super) fn as_template(&self, value: &Value, document: &Document, ctx: &Context) -> Value {
        let within =
            |chart: &Arc<str>| document.path.strip_prefix(&**chart).is_some_and(|it| it.starts_with("/templates/"));
        let text = ctx.sources.get(document.source).map_or("", |source| &source.text);
        if self.charts.iter().any(within) && text.contains("{{") { unrendered(value) } else { value.clone() }
    }
}

fn unrendered(value: &Value) -> Value {
    match &value.data {
        Data::String(text) if text.contains("{{") => {
            let cause = Unknown::new(Reason::Template, text.clone());
            let mut pieces: Vec<Option<Arc<str>>> = Vec::new();
            for (n, part) in text.split("{{").enumerate() {
                let after = if n == 0 { part } else { part.split_once("}}").map_or("", |(_, after)| after) };
                if n > 0 {
                    pieces.push(None);
                }
                if !after.is_empty() {
                    pieces.push(Some(after.into()));
                }
            }
            Value::partial(pieces, &cause, value.span)
        }
        Data::List(list) => Value::list(list.iter().map(unrendered).collect(), value.span),
        Data::Map(map) => {
            let entries = map.iter().map(|(key, entry)| {
                let value = unrendered(&entry.value);
                (key.clone(), Entry { key: entry.key, value })
            });
            Value::map(entries.collect::<Vec<_>>(), value.span)
        }
        _ => value.clone(),
    }
}
