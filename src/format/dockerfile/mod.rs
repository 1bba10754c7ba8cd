//! Dockerfiles, by the grammar of <https://docs.docker.com/reference/dockerfile/>.
//!
//! The `parse-dockerfile` crate does most of it and is named nowhere else. What it leaves open is done
//! in [`scan`]: comments, and here-documents that do not open a `RUN` (`RUN cat <<EOF > file`).

mod scan;
mod words;

use std::sync::Arc;

use crate::budget::Budget;
use crate::format::{Body, Parsed, SyntaxError};
use crate::source::{Source, SourceId, Span};
use scan::{Heredoc as Found, Scanned};

/// A Dockerfile.
#[derive(Clone, Debug)]
pub struct Dockerfile {
    /// The instructions in order, those before the first `FROM` included.
    pub instructions: Vec<Instruction>,
    /// The character that escapes: a backslash, or a backtick by `# escape=`.
    pub escape: char,
}

/// One instruction.
#[derive(Clone, Debug)]
pub struct Instruction {
    /// Its name in upper case: `RUN`.
    pub name: &'static str,
    /// All of it, here-documents included.
    pub span: Span,
    /// Its flags (`--mount=...`), in order.
    pub flags: Vec<Flag>,
    /// What follows.
    pub arguments: Arguments,
    /// Its here-documents.
    pub heredocs: Vec<Heredoc>,
}

/// What follows an instruction's name and flags. Nothing is expanded, quotes are kept.
#[derive(Clone, Debug)]
pub enum Arguments {
    /// The JSON form: `["a", "b"]`, decoded.
    Exec(Vec<Word>),
    /// Text for a shell, or one value: the line with its continuations joined.
    Text(Word),
    /// Words between blanks.
    Words(Vec<Word>),
    /// `FROM image AS name`.
    From {
        /// The image.
        image: Word,
        /// The stage's name.
        name: Option<Word>,
    },
    /// `NAME=value` of `ENV`, `LABEL` and `ARG`; without a value for an `ARG` without a default.
    Pairs(Vec<(Word, Option<Word>)>),
    /// The instruction after `ONBUILD`.
    Onbuild(Box<Instruction>),
    /// `HEALTHCHECK NONE`.
    None,
}

/// `--name=value`.
#[derive(Clone, Debug)]
pub struct Flag {
    /// Without its dashes.
    pub name: Arc<str>,
    /// `None` when there is no `=`.
    pub value: Option<Arc<str>>,
    /// All of it.
    pub span: Span,
}

/// A piece of text.
#[derive(Clone, Debug)]
pub struct Word {
    /// The text, line continuations removed.
    pub text: Arc<str>,
    /// Where it stands.
    pub span: Span,
}

/// A here-document.
#[derive(Clone, Debug)]
pub struct Heredoc {
    /// What it holds; leading tabs removed where `<<-` asks for it.
    pub text: Arc<str>,
    /// Its lines.
    pub span: Span,
    /// True if variables in it are expanded: its delimiter is not quoted.
    pub expand: bool,
}

/// Largest text that is read, in bytes.
const MAX_BYTES: usize = 4 << 20;
/// Most instructions that are read.
const MAX_INSTRUCTIONS: usize = 200_000;

/// Parses the whole text.
pub fn parse(source: &Source, id: SourceId, budget: &Budget) -> Result<Parsed, SyntaxError> {
    let text = &*source.text;
    if let Some(at) = memchr::memchr(0, text.as_bytes()) {
        let message = "not a text: it holds a NUL byte".into();
        return Err(SyntaxError { message, span: Span::new(id, at..at), template: false });
    }
    let none = Span::new(id, 0..0);
    if text.len() > MAX_BYTES {
        return Err(failed(source, format!("more than {MAX_BYTES} bytes; not read"), none));
    }
    let scanned = scan::scan(text).map_err(|(message, at)| failed(source, message, Span::new(id, at)))?;
    budget.nodes(1 + text.len() as u64 / 8).map_err(|limit| failed(source, limit.to_string(), none))?;
    // The crate promises not to panic; should it do so all the same, one file is lost and not the audit.
    let parsed = std::panic::catch_unwind(|| parse_dockerfile::parse(&scanned.masked));
    let file = match parsed {
        Ok(Ok(file)) => file,
        Ok(Err(error)) => {
            let span = line_span(text, error.line(), id);
            return Err(failed(source, format!("{error:#}"), span));
        }
        Err(_) => return Err(failed(source, "its parser gave up".into(), none)),
    };
    let escape = file.parser_directives.escape.as_ref().map_or('\\', |directive| directive.value.value);
    if file.instructions.len() > MAX_INSTRUCTIONS {
        return Err(failed(source, format!("more than {MAX_INSTRUCTIONS} instructions; not read"), none));
    }
    let reader = Reader { text, id, escape, scanned: &scanned };
    let instructions = file.instructions.iter().filter_map(|one| reader.instruction(one)).collect();
    let comments = scanned.comments.iter().map(|range| Span::new(id, range.clone())).collect();
    Ok(Parsed { body: Body::Dockerfile(Dockerfile { instructions, escape }), comments })
}

/// The error, told apart from a template that would have to be rendered first.
fn failed(source: &Source, message: String, span: Span) -> SyntaxError {
    let template = source.text.contains("{{") || source.text.contains("{%");
    SyntaxError { message, span, template }
}

/// All of line `line` (from 1).
fn line_span(text: &str, line: usize, id: SourceId) -> Span {
    let mut start = 0;
    for (number, raw) in text.split_inclusive('\n').enumerate() {
        if number + 1 == line {
            return Span::new(id, start..start + raw.trim_end().len());
        }
        start += raw.len();
    }
    Span::new(id, 0..0)
}

/// Turns the crate's tree into ours.
struct Reader<'a> {
    text: &'a str,
    id: SourceId,
    escape: char,
    scanned: &'a Scanned,
}

impl Reader<'_> {
    fn span(&self, range: &std::ops::Range<usize>) -> Span {
        Span::new(self.id, range.clone())
    }

    fn word(&self, from: &parse_dockerfile::UnescapedString) -> Word {
        Word { text: (&*from.value).into(), span: self.span(&from.span) }
    }

    fn words(&self, from: &[parse_dockerfile::UnescapedString]) -> Vec<Word> {
        from.iter().map(|one| self.word(one)).collect()
    }

    fn flags(&self, from: &[parse_dockerfile::Flag]) -> Vec<Flag> {
        let flag = |flag: &parse_dockerfile::Flag| Flag {
            name: (&*flag.name.value).into(),
            value: flag.value.as_ref().map(|value| (&*value.value).into()),
            span: self.span(&flag.span()),
        };
        from.iter().map(flag).collect()
    }

    /// Shell text comes as it stands: here its continuations are joined, as the builder does.
    fn command(&self, from: &parse_dockerfile::Command) -> Arguments {
        match from {
            parse_dockerfile::Command::Exec(words) => Arguments::Exec(self.words(&words.value)),
            parse_dockerfile::Command::Shell(text) => Arguments::Text(self.shell(&text.span)),
            _ => Arguments::None,
        }
    }

    fn shell(&self, range: &std::ops::Range<usize>) -> Word {
        let raw = self.text.get(range.clone()).unwrap_or("");
        Word { text: words::joined(raw, self.escape).into(), span: self.span(range) }
    }

    /// `old`: the form `NAME the rest` is allowed.
    fn pairs(&self, from: &parse_dockerfile::UnescapedString, old: bool) -> Arguments {
        Arguments::Pairs(words::pairs(&from.value, self.escape, self.span(&from.span), old))
    }

    fn instruction(&self, from: &parse_dockerfile::Instruction) -> Option<Instruction> {
        use parse_dockerfile::Instruction as I;
        let (name, keyword, flags, arguments) = match from {
            I::Add(one) => ("ADD", &one.add, self.flags(&one.options), self.copied(&one.src, &one.dest)),
            I::Copy(one) => ("COPY", &one.copy, self.flags(&one.options), self.copied(&one.src, &one.dest)),
            I::Run(one) => return Some(self.run(one)),
            I::Arg(one) => ("ARG", &one.arg, Vec::new(), self.pairs(&one.arguments, false)),
            I::Env(one) => ("ENV", &one.env, Vec::new(), self.pairs(&one.arguments, true)),
            I::Label(one) => ("LABEL", &one.label, Vec::new(), self.pairs(&one.arguments, true)),
            I::Cmd(one) => ("CMD", &one.cmd, Vec::new(), self.command(&one.arguments)),
            I::Entrypoint(one) => ("ENTRYPOINT", &one.entrypoint, Vec::new(), self.command(&one.arguments)),
            I::Expose(one) => ("EXPOSE", &one.expose, Vec::new(), Arguments::Words(self.words(&one.arguments))),
            I::From(one) => ("FROM", &one.from, self.flags(&one.options), self.from(one)),
            I::Healthcheck(one) => ("HEALTHCHECK", &one.healthcheck, self.flags(&one.options), self.check(one)),
            I::Maintainer(one) => ("MAINTAINER", &one.maintainer, Vec::new(), Arguments::Text(self.word(&one.name))),
            I::Onbuild(one) => {
                let inner = self.instruction(&one.instruction)?;
                ("ONBUILD", &one.onbuild, Vec::new(), Arguments::Onbuild(Box::new(inner)))
            }
            I::Shell(one) => ("SHELL", &one.shell, Vec::new(), Arguments::Exec(self.words(&one.arguments))),
            I::Stopsignal(one) => ("STOPSIGNAL", &one.stopsignal, Vec::new(), self.text(&one.arguments)),
            I::User(one) => ("USER", &one.user, Vec::new(), self.text(&one.arguments)),
            I::Volume(one) => ("VOLUME", &one.volume, Vec::new(), self.volume(&one.arguments)),
            I::Workdir(one) => ("WORKDIR", &one.workdir, Vec::new(), self.text(&one.arguments)),
            _ => return None,
        };
        let heredocs = match from {
            I::Add(one) => self.sources(&one.src),
            I::Copy(one) => self.sources(&one.src),
            _ => Vec::new(),
        };
        let span = self.whole(self.span(&keyword.span), &flags, &arguments, &heredocs);
        Some(Instruction { name, span, flags, arguments, heredocs })
    }

    fn text(&self, from: &parse_dockerfile::UnescapedString) -> Arguments {
        Arguments::Text(self.word(from))
    }

    fn from(&self, one: &parse_dockerfile::FromInstruction) -> Arguments {
        let name = one.as_.as_ref().map(|(_, name)| self.word(name));
        Arguments::From { image: self.word(&one.image), name }
    }

    fn check(&self, one: &parse_dockerfile::HealthcheckInstruction) -> Arguments {
        match &one.arguments {
            parse_dockerfile::HealthcheckArguments::Cmd { arguments, .. } => self.command(arguments),
            _ => Arguments::None,
        }
    }

    fn volume(&self, from: &parse_dockerfile::JsonOrStringArray<1>) -> Arguments {
        match from {
            parse_dockerfile::JsonOrStringArray::Json(words) => Arguments::Exec(self.words(&words.value)),
            parse_dockerfile::JsonOrStringArray::String(words) => Arguments::Words(self.words(words)),
        }
    }

    /// The sources that are paths, then the destination.
    fn copied(
        &self,
        sources: &[parse_dockerfile::Source],
        destination: &parse_dockerfile::UnescapedString,
    ) -> Arguments {
        let paths = sources.iter().filter_map(|source| match source {
            parse_dockerfile::Source::Path(path) => Some(self.word(path)),
            _ => None,
        });
        Arguments::Words(paths.chain([self.word(destination)]).collect())
    }

    fn sources(&self, sources: &[parse_dockerfile::Source]) -> Vec<Heredoc> {
        let documents = sources.iter().filter_map(|source| match source {
            parse_dockerfile::Source::HereDoc(document) => Some(document),
            _ => None,
        });
        let ours = |document: &parse_dockerfile::HereDoc| Heredoc {
            text: (&*document.value).into(),
            span: self.span(&document.span),
            expand: document.expand,
        };
        documents.map(ours).collect()
    }

    fn run(&self, one: &parse_dockerfile::RunInstruction) -> Instruction {
        let flags = self.flags(&one.options);
        let arguments = self.command(&one.arguments);
        let start = self.span(&one.run.span);
        let line = self.whole(start, &flags, &arguments, &[]);
        let ours = |found: &Found| Heredoc {
            text: found.text.as_str().into(),
            span: Span::new(self.id, found.body.clone()),
            expand: found.expand,
        };
        // They are in order, so those of one instruction stand together.
        let all = &self.scanned.heredocs;
        let from = all.partition_point(|found| found.marker < line.start as usize);
        let of_this = all.iter().skip(from).take_while(|found| found.marker < line.end as usize);
        let heredocs: Vec<Heredoc> = of_this.map(ours).collect();
        let span = self.whole(line, &[], &Arguments::None, &heredocs);
        Instruction { name: "RUN", span, flags, arguments, heredocs }
    }

    /// From the keyword to the end of the last part.
    fn whole(&self, keyword: Span, flags: &[Flag], arguments: &Arguments, heredocs: &[Heredoc]) -> Span {
        let spans = flags.iter().map(|flag| flag.span).chain(heredocs.iter().map(|document| document.span));
        let span = spans.fold(keyword, Span::join);
        match arguments {
            Arguments::Exec(words) | Arguments::Words(words) => {
                words.iter().fold(span, |span, word| span.join(word.span))
            }
            Arguments::Text(word) => span.join(word.span),
            Arguments::From { image, name } => {
                name.iter().fold(span.join(image.span), |span, name| span.join(name.span))
            }
            Arguments::Pairs(pairs) => pairs.iter().fold(span, |span, (name, _)| span.join(name.span)),
            Arguments::Onbuild(inner) => span.join(inner.span),
            Arguments::None => span,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<(Dockerfile, Vec<Span>, Source), SyntaxError> {
        let source = Source::new("Dockerfile", text.as_bytes());
        let parsed = parse(&source, SourceId(0), &Budget::default())?;
        let Body::Dockerfile(file) = parsed.body else { panic!("not a Dockerfile") };
        Ok((file, parsed.comments, source))
    }

    fn text(instruction: &Instruction) -> &str {
        match &instruction.arguments {
            Arguments::Text(word) => &word.text,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn instructions_have_their_places_and_joined_lines() {
        let (file, comments, source) =
            read("# a\nFROM x\nRUN one && \\\n  # b\n\n  two \\\n&& three\nUSER  app\n").unwrap();
        let names: Vec<&str> = file.instructions.iter().map(|one| one.name).collect();
        assert_eq!(names, ["FROM", "RUN", "USER"]);
        assert_eq!(text(&file.instructions[1]), "one &&   two && three");
        assert_eq!(source.locate(file.instructions[1].span).end_line, 7);
        assert_eq!(source.slice(file.instructions[2].span), "USER  app");
        let comments: Vec<&str> = comments.iter().map(|span| source.slice(*span)).collect();
        assert_eq!(comments, ["# a", "# b"]);
    }

    #[test]
    fn here_documents_are_found_wherever_they_begin() {
        let text_of = |document: &Heredoc| document.text.to_string();
        let (file, comments, _) = read(
            "FROM x\nRUN <<EOF\napt-get update\n# not ours\nEOF\nRUN cat <<-'A' > /a && cat <<B\n\tin a\n\tA\nin b\nB\n\
             COPY <<C /c\nUSER root\nC\nRUN echo $((1<<2)) \"<<D\"\nUSER app\n",
        )
        .unwrap();
        let all: Vec<Vec<String>> =
            file.instructions.iter().map(|one| one.heredocs.iter().map(text_of).collect()).collect();
        assert_eq!(all[1], ["apt-get update\n# not ours\n"]);
        assert_eq!(all[2], ["in a\n", "in b\n"]);
        assert_eq!(all[3], ["USER root\n"]);
        assert!(all[4].is_empty());
        assert_eq!(text(&file.instructions[2]), "cat <<-'A' > /a && cat <<B");
        assert!(!file.instructions[2].heredocs[0].expand);
        assert_eq!(file.instructions.len(), 6);
        assert!(comments.is_empty());
    }

    #[test]
    fn pairs_keep_their_quotes_and_the_old_form_is_one_pair() {
        let pairs = |line: &str| {
            let (file, ..) = read(&format!("FROM x\n{line}\n")).unwrap();
            let Arguments::Pairs(pairs) = file.instructions[1].arguments.clone() else { panic!() };
            let shown = |(name, value): &(Word, Option<Word>)| match value {
                Some(value) => format!("{}={}", name.text, value.text),
                None => name.text.to_string(),
            };
            pairs.iter().map(shown).collect::<Vec<_>>()
        };
        assert_eq!(pairs("ENV a=1 b=\"x y\" c=x\\ y"), ["a=1", "b=\"x y\"", "c=x\\ y"]);
        assert_eq!(pairs("ENV a  b c=d"), ["a=b c=d"]);
        assert_eq!(pairs("ARG a b=1"), ["a", "b=1"]);
    }

    #[test]
    fn what_is_refused_is_an_error_with_a_line_and_templates_are_known() {
        let table = [
            ("FROM a AS x\nFROM b AS x\n", 2, false),
            ("FROM {{ image }}\n", 1, true),
            ("RUN x\n", 1, false),
            ("FROM x\nNOSUCH y\n", 2, false),
            ("FROM x\nRUN <<EOF\nabc\n", 2, false),
            ("FROM x\nRUN \0\n", 2, false),
            ("", 1, false),
        ];
        for (text, line, template) in table {
            let error = read(text).unwrap_err();
            let source = Source::new("Dockerfile", text.as_bytes());
            assert_eq!((source.locate(error.span).line, error.template), (line, template), "{text}: {error}");
        }
        assert!(read("FROM x\nRUN docker inspect -f '{{.Id}}' x\n").is_ok());
    }

    #[test]
    fn size_is_no_danger() {
        let many = format!("FROM x\n{}", "RUN cat <<E\na\nE\n".repeat(100_000));
        assert_eq!(read(&many).unwrap().0.instructions.len(), 100_001);
        let long = format!("FROM x\nRUN {}\n", "a ".repeat(1_000_000));
        assert_eq!(read(&long).unwrap().0.instructions.len(), 2);
        let continued = format!("FROM x\nRUN a{}\n", " \\\n b".repeat(100_000));
        assert_eq!(read(&continued).unwrap().0.instructions.len(), 2);
    }
}
