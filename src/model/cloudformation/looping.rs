//! `Fn::ForEach`: one entry of a map for each item of a list
//! (<https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/intrinsic-function-reference-foreach.html>).
//!
//! The identifier of the loop is written as a `Ref`, or as `${Name}` in any text, keys included;
//! `&{Name}` is the item without what a logical id may not hold.

use std::sync::Arc;

use super::stack::Stack;
use super::text::Text;
use crate::budget::Budget;
use crate::source::Span;
use crate::value::{Map, Value};

/// The identifiers of the loops around a value and their items, innermost last.
pub(super) type Loops = [(Arc<str>, Value)];

/// One entry of a map after its loops were run.
pub(super) struct Item {
    pub(super) name: Arc<str>,
    pub(super) key: Span,
    pub(super) value: Value,
    pub(super) loops: Arc<Loops>,
}

impl Stack<'_> {
    /// The entries of a map, those of its loops among them.
    pub(super) fn expand(&self, map: &Map, loops: &Loops, out: &mut Vec<Item>) {
        let shared: Arc<Loops> = loops.into();
        for (name, entry) in map.iter() {
            if name.starts_with("Fn::ForEach::") {
                self.world.deeper(|| self.run_loop(&entry.value, loops, out));
                continue;
            }
            let name = match loops {
                [] => name.clone(),
                _ => self.name_in_loop(name, entry.key, loops),
            };
            out.push(Item { name, key: entry.key, value: entry.value.clone(), loops: shared.clone() });
        }
    }

    fn run_loop(&self, value: &Value, loops: &Loops, out: &mut Vec<Item>) {
        let Some([identifier, collection, body]) = value.as_list().map(|list| &**list) else { return };
        let (Some(identifier), Some(body)) = (self.plain_text(identifier, loops), body.as_map()) else { return };
        let Some(collection) = self.eval(collection, loops) else { return };
        // What is not known to be a list stands for one item that is not known either.
        let one = [collection.clone()];
        let items = collection.as_list().map_or(&one[..], |list| list);
        for item in items {
            if out.len() as u64 > Budget::MAX_PER_LOOP {
                // CloudFormation itself stops at 500 resources.
                self.world.exhausted.set(true);
            }
            if !self.world.step(1) {
                return;
            }
            let mut inner = loops.to_vec();
            inner.push((identifier.clone(), item.clone()));
            self.expand(body, &inner, out);
        }
    }

    /// A text within loops, their identifiers replaced.
    pub(super) fn in_loop(&self, text: &Arc<str>, span: Span, loops: &Loops) -> Value {
        if loops.is_empty() || !text.contains('{') {
            return Value::string(text.clone(), span);
        }
        let mut out = Text::default();
        let mut rest: &str = text;
        while let Some(open) = rest.find(['$', '&']) {
            let (before, from) = rest.split_at_checked(open).unwrap_or((rest, ""));
            out.push_str(before);
            let found = loops.iter().rev().find_map(|(name, item)| {
                let after =
                    from.strip_prefix(['$', '&'])?.strip_prefix('{')?.strip_prefix(&**name)?.strip_prefix('}')?;
                Some((item, after))
            });
            match found {
                Some((item, after)) if from.starts_with('&') => {
                    let letters =
                        self.world.text(item).map(|text| text.replace(|c: char| !c.is_ascii_alphanumeric(), ""));
                    match letters {
                        Some(letters) => out.push_str(&letters),
                        None => out.push(self.world, item),
                    }
                    rest = after;
                }
                Some((item, after)) => {
                    out.push(self.world, item);
                    rest = after;
                }
                None => {
                    let mut chars = from.chars();
                    chars.next().into_iter().for_each(|c| out.push_str(c.encode_utf8(&mut [0; 4])));
                    rest = chars.as_str();
                }
            }
        }
        out.push_str(rest);
        out.finish(span)
    }

    /// The same for a name; what is not known in it is written `*`.
    pub(super) fn name_in_loop(&self, name: &Arc<str>, span: Span, loops: &Loops) -> Arc<str> {
        let value = self.in_loop(name, span, loops);
        if let Some(text) = value.as_str() {
            return text.into();
        }
        let pieces = value.as_unknown().and_then(|unknown| unknown.pieces.as_deref()).unwrap_or_default();
        pieces.iter().map(|piece| piece.as_deref().unwrap_or("*")).collect::<String>().into()
    }

    /// A text that is written as one, the identifiers of loops replaced.
    pub(super) fn plain_text(&self, value: &Value, loops: &Loops) -> Option<Arc<str>> {
        let text: Arc<str> = value.as_str()?.into();
        self.in_loop(&text, value.span, loops).as_str().map(Into::into)
    }
}
