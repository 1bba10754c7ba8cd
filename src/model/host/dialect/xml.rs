//! XML, for the services that are configured in it (Tomcat, Mirth, Jenkins, ActiveMQ).

use crate::format::SyntaxError;
use crate::model::host::view::Text;
use crate::source::Span;

/// Deepest nesting that is read.
const MAX_DEPTH: usize = 100;
/// Most elements of one file.
const MAX_ELEMENTS: u32 = 200_000;

/// An element.
#[derive(Clone, Debug)]
pub struct Element {
    /// Its name without a namespace.
    pub name: String,
    /// Attributes in order: name without a namespace, value, where.
    pub attributes: Vec<(String, String, Span)>,
    /// The elements in it.
    pub children: Vec<Element>,
    /// The text in it, that of its children left out, blanks at both ends removed.
    pub text: String,
    /// Its start tag; the whole element if it has no children.
    pub span: Span,
}

impl Element {
    /// The value of an attribute, and where it stands.
    pub fn attribute(&self, name: &str) -> Option<(&str, Span)> {
        let found = self.attributes.iter().find(|(known, ..)| known == name)?;
        Some((&found.1, found.2))
    }

    /// The children with this name.
    pub fn named<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Element> {
        self.children.iter().filter(move |child| child.name == name)
    }

    /// This element and all beneath it, in the order of the text.
    pub fn all(&self) -> Vec<&Element> {
        let mut out = Vec::new();
        let mut todo = vec![self];
        while let Some(element) = todo.pop() {
            out.push(element);
            todo.extend(element.children.iter().rev());
        }
        out
    }
}

/// The root element. Document type declarations are refused, and with them entities of one's own.
pub fn parse(text: &Text) -> Result<Element, SyntaxError> {
    let options = roxmltree::ParsingOptions { allow_dtd: false, nodes_limit: MAX_ELEMENTS, ..Default::default() };
    let error = |message: String, at: usize| SyntaxError { message, span: Span::new(text.id, at..at), template: false };
    let document = roxmltree::Document::parse_with_options(&text.text, options).map_err(|wrong| {
        let place = wrong.pos();
        let line = text.text.split_inclusive('\n').take(place.row.saturating_sub(1) as usize).map(str::len).sum();
        error(format!("not XML: {wrong}"), line)
    })?;
    element(document.root_element(), text, 0).ok_or_else(|| error("nested too deeply".into(), 0))
}

fn element(node: roxmltree::Node, text: &Text, depth: usize) -> Option<Element> {
    if depth > MAX_DEPTH {
        return None;
    }
    let span = |range| Span::new(text.id, range);
    let attributes =
        node.attributes().map(|it| (it.name().to_owned(), it.value().to_owned(), span(it.range()))).collect();
    let mut children = Vec::new();
    let mut inner = String::new();
    for child in node.children() {
        if child.is_element() {
            children.push(element(child, text, depth + 1)?);
        } else if child.is_text() {
            inner.push_str(child.text().unwrap_or_default());
        }
    }
    let whole = node.range();
    let tag = node.first_child().map_or(whole.end, |child| child.range().start);
    Some(Element {
        name: node.tag_name().name().to_owned(),
        attributes,
        children,
        text: inner.trim().to_owned(),
        span: span(whole.start..tag),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::SourceId;

    fn read(text: &str) -> Result<Element, SyntaxError> {
        parse(&Text { id: SourceId(0), text: text.into() })
    }

    #[test]
    fn elements_know_their_attributes_and_places() {
        let root = read("<a x='1'>\n t <b y=\"2\"/><!-- c --><b>u</b> v\n</a>").unwrap();
        assert_eq!((&*root.name, &*root.text), ("a", "t  v"));
        assert_eq!(root.attribute("x").unwrap(), ("1", Span::new(SourceId(0), 3..8)));
        assert_eq!(root.named("b").map(|b| &*b.text).collect::<Vec<_>>(), ["", "u"]);
        assert_eq!(root.all().len(), 3);
    }

    #[test]
    fn what_is_not_xml_is_an_error_with_a_place() {
        assert_eq!(read("<a>\n<b></a>").unwrap_err().span.start, 4);
        assert!(read("<!DOCTYPE a [<!ENTITY x 'y'>]><a>&x;</a>").is_err());
        let deep = "<a>".repeat(5000) + &"</a>".repeat(5000);
        assert!(read(&deep).is_err());
    }
}
