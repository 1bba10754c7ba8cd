//! YAML 1.2 to values, from the events of `granit_parser`: any number of documents, anchors, merge
//! keys, tags, comments, every value with the bytes it was read from.
//!
//! Three things the specification leaves open are decided here. A node with a local tag, `!Ref x`,
//! becomes the map `{"!Ref": x}`, since tags are how CloudFormation and Ansible write functions.
//! Merge keys (`<<`) are honoured, as every tool of this field honours them. An alias is charged
//! with all the values it stands for, so that a bomb of aliases ends where it begins to expand.
//!
//! Nothing outside this folder names the parser.

mod comments;
mod scalar;
mod template;
#[cfg(test)]
mod tests;

use std::sync::Arc;

use foldhash::{HashMap, HashSet};
use granit_parser::{Event, Parser, ScalarStyle, ScanError, StrInput, StructureStyle, Tag};

use super::tree::Tree;
use super::{Body, Parsed, SyntaxError};
use crate::budget::Budget;
use crate::source::{Source, SourceId, Span};
use crate::value::{Entry, MAX_DEPTH, Value};

/// Values that the aliases of one source may stand for. Real files stay below a thousandth of it.
const MAX_ALIASED: u64 = 2_000_000;

/// Reads all documents of `source`. A repeated key keeps its last value.
pub fn parse(source: &Source, id: SourceId, budget: &Budget) -> Result<Parsed, SyntaxError> {
    read(source, id, budget, Dialect::Plain)
}

/// Reads all documents of `source` as Ansible does. A repeated key keeps its last value.
pub fn parse_ansible(source: &Source, id: SourceId, budget: &Budget) -> Result<Parsed, SyntaxError> {
    read(source, id, budget, Dialect::Ansible)
}

/// Reads all documents of `source`; a repeated key is an error.
pub fn parse_strict(source: &Source, id: SourceId, budget: &Budget) -> Result<Parsed, SyntaxError> {
    read(source, id, budget, Dialect::Strict)
}

/// Whose rules a text follows.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Dialect {
    /// YAML 1.2.
    Plain,
    /// The same, and a repeated key is an error.
    Strict,
    /// Ansible's: the booleans of YAML 1.1, and templates that are replaced after the text was read.
    Ansible,
}

fn read(source: &Source, id: SourceId, budget: &Budget, dialect: Dialect) -> Result<Parsed, SyntaxError> {
    let depth = usize::from(Budget::MAX_SYNTAX_DEPTH);
    let options = granit_parser::options! {
        flow_nesting_limit: depth,
        block_nesting_limit: depth,
    };
    let mut reader = Reader {
        text: &source.text,
        templates: template::Marks::of(&source.text),
        dialect,
        tree: Tree::new(id, budget),
        frames: Vec::new(),
        anchors: HashMap::default(),
        aliased: 0,
        documents: Vec::new(),
        scalars: Vec::new(),
    };
    let result = reader.run(Parser::new_from_str_with_options(&source.text, options));
    result.map(|()| {
        let comments = comments::find(reader.text, &reader.scalars);
        let comments = comments.into_iter().map(|at| reader.tree.span(at)).collect();
        Parsed { body: Body::Data(reader.documents), comments }
    })
}

struct Reader<'a> {
    text: &'a str,
    templates: template::Marks<'a>,
    dialect: Dialect,
    tree: Tree<'a>,
    frames: Vec<Frame>,
    anchors: HashMap<usize, Node>,
    aliased: u64,
    documents: Vec<Value>,
    /// Where the scalars are, keys among them, in order.
    scalars: Vec<Range>,
}

/// A value and how many values it stands for, aliases expanded.
#[derive(Clone)]
struct Node {
    value: Value,
    count: u64,
}

/// A list or map that is being read.
struct Frame {
    start: usize,
    /// End of the last thing read in it: where a block collection ends.
    end: usize,
    is_flow: bool,
    count: u64,
    properties: Properties,
    content: Content,
}

enum Content {
    List(Vec<Value>),
    Map { entries: Vec<(Arc<str>, Entry)>, key: Option<Key>, merges: Vec<Value> },
}

/// A key whose value has not been read yet.
struct Key {
    text: Arc<str>,
    span: Span,
    merge: bool,
}

/// What stands before a node: `&anchor !tag`.
struct Properties {
    anchor: usize,
    tag: Option<(Arc<str>, Span)>,
}

type Range = std::ops::Range<usize>;

fn bytes(span: granit_parser::Span) -> Range {
    let start = span.start.byte_offset().unwrap_or(0);
    start..span.end.byte_offset().unwrap_or(start).max(start)
}

impl<'a> Reader<'a> {
    fn run(&mut self, mut parser: Parser<'a, StrInput<'a>>) -> Result<(), SyntaxError> {
        while let Some(next) = parser.next_event() {
            let (event, span) = next.map_err(|error| self.scan_error(&error))?;
            self.event(event, span)?;
        }
        self.tree.charge(0, self.text.len())
    }

    fn event(&mut self, event: Event<'a>, span: granit_parser::Span) -> Result<(), SyntaxError> {
        let at = bytes(span);
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                self.tree.count(at.start)?;
                self.scalar(&text, style, anchor, tag.as_deref(), span)
            }
            Event::SequenceStart(style, anchor, tag) => {
                let flow = style == StructureStyle::Flow;
                let start = if flow { at.start } else { self.dash(at.start) };
                let properties = self.properties(anchor, tag.as_deref(), span);
                self.open(start, flow, Content::List(Vec::new()), properties)
            }
            Event::MappingStart(style, anchor, tag) => {
                if let Some(mark) = self.templates.flow(at.start) {
                    return Err(self.template(mark));
                }
                let content = Content::Map { entries: Vec::new(), key: None, merges: Vec::new() };
                let properties = self.properties(anchor, tag.as_deref(), span);
                self.open(at.start, style == StructureStyle::Flow, content, properties)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(at.end),
            Event::Alias(id) => self.alias(id, at),
            Event::DocumentEnd => {
                self.anchors.clear();
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn open(
        &mut self,
        start: usize,
        is_flow: bool,
        content: Content,
        properties: Properties,
    ) -> Result<(), SyntaxError> {
        self.tree.count(start)?;
        if self.frames.len() >= usize::from(Budget::MAX_SYNTAX_DEPTH) {
            return Err(self.tree.too_deep(start));
        }
        self.frames.push(Frame { start, end: start, is_flow, count: 1, properties, content });
        Ok(())
    }

    /// A list that is not indented below its key is announced at its first item, not at its dash.
    fn dash(&self, start: usize) -> usize {
        let before = self.text.get(..start).unwrap_or("").trim_end();
        let is_dash = self.text.as_bytes().get(start) == Some(&b'-');
        if !is_dash && before.ends_with('-') { before.len() - 1 } else { start }
    }

    fn properties(&mut self, anchor: usize, tag: Option<&Tag>, span: granit_parser::Span) -> Properties {
        // A core tag on a collection (`!!map`, `!!set`) says what it is anyway.
        let local = tag.filter(|tag| scalar::core(tag).is_none() && tag.suffix() != "!" && !tag.suffix().is_empty());
        let tag = local.map(|tag| {
            let range = span.tag_span().map_or(bytes(span), bytes);
            (self.tree.key(&tag.original()), self.tree.span(range))
        });
        Properties { anchor, tag }
    }

    fn scalar(
        &mut self,
        text: &str,
        style: ScalarStyle,
        anchor: usize,
        tag: Option<&Tag>,
        span: granit_parser::Span,
    ) -> Result<(), SyntaxError> {
        let at = self.scalar_range(bytes(span), style);
        self.scalars.push(at.clone());
        if style == ScalarStyle::Plain {
            let mark = self.templates.within(at.clone());
            if let Some(mark) = mark.filter(|_| self.dialect != Dialect::Ansible) {
                return Err(super::template_error(self.tree.span(mark)));
            }
            if tag.is_none() && anchor == 0 && self.awaits_key() {
                let key = Key { text: self.tree.key(text), span: self.tree.span(at), merge: text == "<<" };
                return self.key(key);
            }
        }
        let value = match scalar::word(text).filter(|_| style == ScalarStyle::Plain && tag.is_none()) {
            Some(yes) if self.dialect == Dialect::Ansible => Value::bool(yes, self.tree.span(at)),
            _ => scalar::value(text, style, tag, self.tree.span(at)),
        };
        let properties = self.properties(anchor, tag, span);
        self.finish(Node { value, count: 1 }, properties)
    }

    /// The bytes of a scalar. An absent one stands where its key ends; a block scalar ends with its
    /// last line that is not blank.
    fn scalar_range(&self, at: Range, style: ScalarStyle) -> Range {
        let end = match style {
            ScalarStyle::Plain => at.end,
            ScalarStyle::Literal | ScalarStyle::Folded => {
                at.start + self.text.get(at.clone()).unwrap_or("").trim_end().len()
            }
            _ => return at,
        };
        if end > at.start {
            return at.start..end;
        }
        let before = self.frames.last().map_or(at.start, |frame| frame.end);
        let place = if before > 0 { before.min(at.start) } else { at.start };
        place..place
    }

    fn awaits_key(&self) -> bool {
        matches!(self.frames.last().map(|frame| &frame.content), Some(Content::Map { key: None, .. }))
    }

    fn close(&mut self, end: usize) -> Result<(), SyntaxError> {
        let Some(frame) = self.frames.pop() else { return Ok(()) };
        // The end event of a block collection stands at the next token; the collection itself
        // ends with its last member. A flow collection ends with its bracket.
        let end = if frame.is_flow { end } else { frame.end };
        let span = self.tree.span(frame.start..end.max(frame.start));
        let value = match frame.content {
            Content::List(items) => Value::list(items, span),
            Content::Map { entries, merges, .. } => self.map(entries, &merges, span)?,
        };
        self.finish(Node { value, count: frame.count }, frame.properties)
    }

    fn map(&mut self, entries: Vec<(Arc<str>, Entry)>, merges: &[Value], span: Span) -> Result<Value, SyntaxError> {
        if self.dialect == Dialect::Strict {
            let mut seen = HashSet::default();
            if let Some((key, entry)) = entries.iter().find(|(key, _)| !seen.insert(key.clone())) {
                return Err(SyntaxError {
                    message: format!("the key `{key}` stands twice in one map"),
                    span: entry.key,
                    template: false,
                });
            }
        }
        if merges.is_empty() {
            return Ok(Value::map(entries, span));
        }
        // https://yaml.org/type/merge.html: keys of the map itself win, then the earlier of the
        // merged maps. `Value::map` keeps the last.
        let mut all = Vec::new();
        for map in merges.iter().rev() {
            let map = map.as_map().ok_or_else(|| SyntaxError {
                message: "`<<` takes a map or a list of maps".into(),
                span: map.span,
                template: false,
            })?;
            self.tree.charge(map.len() as u64, span.start as usize)?;
            all.extend(map.iter().map(|(key, entry)| (key.clone(), entry.clone())));
        }
        all.extend(entries);
        Ok(Value::map(all, span))
    }

    fn alias(&mut self, id: usize, at: Range) -> Result<(), SyntaxError> {
        let Some(node) = self.anchors.get(&id).cloned() else {
            return Err(self.tree.error(at, "not valid YAML: an alias within the node that it stands for"));
        };
        // Every open collection may carry a tag, which is a level of its own.
        if self.frames.len() * 2 + usize::from(node.value.depth()) > usize::from(MAX_DEPTH) {
            return Err(self.tree.too_deep(at.start));
        }
        self.aliased = self.aliased.saturating_add(node.count);
        if self.aliased > MAX_ALIASED {
            let message = format!("the aliases of this file stand for more than {MAX_ALIASED} values");
            return Err(self.tree.error(at, message));
        }
        self.tree.charge(node.count, at.start)?;
        self.add(node, at)
    }

    /// Applies what stood before a node, then gives it to the collection it belongs to.
    fn finish(&mut self, node: Node, properties: Properties) -> Result<(), SyntaxError> {
        let Node { mut value, mut count } = node;
        if let Some((tag, at)) = properties.tag {
            let span = at.join(value.span);
            value = Value::map([(tag, Entry { key: at, value })], span);
            count += 1;
        }
        let node = Node { value, count };
        if properties.anchor != 0 {
            self.anchors.insert(properties.anchor, node.clone());
        }
        let range = node.value.span.start as usize..node.value.span.end as usize;
        self.add(node, range)
    }

    /// Gives a node that stands at `at` to the collection it belongs to.
    fn add(&mut self, node: Node, at: Range) -> Result<(), SyntaxError> {
        if self.awaits_key() {
            let span = self.tree.span(at);
            // A key that is a collection is legal and of no use to anyone; its text stands for it.
            let whole = node.value.span.start as usize..node.value.span.end as usize;
            let text = node.value.as_str().or_else(|| self.text.get(whole)).unwrap_or("");
            let text = self.tree.key(text);
            return self.key(Key { text, span, merge: false });
        }
        let Some(frame) = self.frames.last_mut() else {
            self.documents.push(node.value);
            return Ok(());
        };
        frame.count = frame.count.saturating_add(node.count);
        frame.end = frame.end.max(at.end);
        match &mut frame.content {
            Content::List(items) => items.push(node.value),
            Content::Map { entries, key, merges } => match key.take() {
                Some(key) if key.merge => match node.value.as_list() {
                    Some(list) => merges.extend(list.iter().cloned()),
                    None => merges.push(node.value),
                },
                Some(key) => entries.push((key.text, Entry { key: key.span, value: node.value })),
                None => {}
            },
        }
        Ok(())
    }

    fn key(&mut self, key: Key) -> Result<(), SyntaxError> {
        if let Some(frame) = self.frames.last_mut() {
            frame.end = frame.end.max(key.span.end as usize);
            if let Content::Map { key: place, .. } = &mut frame.content {
                *place = Some(key);
            }
        }
        Ok(())
    }

    /// The error for a template that cannot stand where it does.
    fn template(&self, mark: Range) -> SyntaxError {
        match self.dialect {
            Dialect::Ansible => self.tree.error(mark, "not valid YAML: a value that begins with {{ needs quotes"),
            Dialect::Plain | Dialect::Strict => super::template_error(self.tree.span(mark)),
        }
    }

    fn scan_error(&self, error: &ScanError) -> SyntaxError {
        let at = error.marker().byte_offset().unwrap_or(self.text.len()).min(self.text.len());
        match self.templates.near(at) {
            Some(mark) => self.template(mark),
            None => self.tree.error(at..at, format!("not valid YAML: {}", error.info())),
        }
    }
}
