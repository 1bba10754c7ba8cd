use super::*;
use crate::value::{Data, Number};

fn read(text: &str) -> Result<(Source, Vec<Value>, Vec<Span>), SyntaxError> {
    let source = Source::new("a.yaml", text.as_bytes());
    let parsed = parse(&source, SourceId(0), &Budget::default())?;
    Ok((source, parsed.body.documents().to_vec(), parsed.comments))
}

fn one(text: &str) -> Value {
    read(text).unwrap().1.remove(0)
}

/// A value on one line, for comparison; strings in quotes.
fn show(value: &Value) -> String {
    match &value.data {
        Data::Null => "null".into(),
        Data::Bool(value) => value.to_string(),
        Data::Number(Number::Int(n)) => n.to_string(),
        Data::Number(Number::Float(n)) => format!("{n}f"),
        Data::String(text) => format!("{text:?}"),
        Data::List(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(", ")),
        Data::Map(map) => {
            let entries: Vec<_> = map.iter().map(|(key, entry)| format!("{key}: {}", show(&entry.value))).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Data::Unknown(unknown) => format!("?{:?}", unknown.reason),
    }
}

#[test]
fn values_are_what_the_text_says() {
    for (text, expected) in [
        ("a: 1\nb: [x, 'y', \"z\"]", r#"{a: 1, b: ["x", "y", "z"]}"#),
        ("a:\nb: ~", "{a: null, b: null}"),
        ("- true\n- yes\n- 'true'\n- 1.5", r#"[true, "yes", "true", 1.5f]"#),
        ("a: |\n  x\n  y\n\nb: >-\n  x\n  y\n", r#"{a: "x\ny\n", b: "x y"}"#),
        ("a: 1\na: 2", "{a: 2}"),
        ("1: a\ntrue: b\n~: c", r#"{1: "a", true: "b", ~: "c"}"#),
        ("a: !Ref b", r#"{a: {!Ref: "b"}}"#),
        ("a: !Sub\n  - x\n  - {y: !Ref z}", r#"{a: {!Sub: ["x", {y: {!Ref: "z"}}]}}"#),
        ("!Base64 12", r#"{!Base64: "12"}"#),
        ("a: !GetAZs", "{a: {!GetAZs: null}}"),
        ("a: !GetAZs ''", r#"{a: {!GetAZs: ""}}"#),
        ("a: !!str 12\nb: !!int '12'\nc: !!bool 'true'\nd: !!null x", r#"{a: "12", b: 12, c: true, d: null}"#),
        ("a: !!set {x: 1}\nb: !!timestamp 2020-01-01", r#"{a: {x: 1}, b: "2020-01-01"}"#),
        ("a: ! 12", r#"{a: "12"}"#),
        ("a: &x 1\nb: *x", "{a: 1, b: 1}"),
        ("a: &x {k: v}\nb: *x", r#"{a: {k: "v"}, b: {k: "v"}}"#),
        ("a: &x 1\n*x : 2", "{a: 1, 1: 2}"),
        ("a: &x {k: 1, l: 2}\nb: {<<: *x, k: 3}", "{a: {k: 1, l: 2}, b: {k: 3, l: 2}}"),
        ("x: {<<: [{k: 1}, {k: 2, l: 2}]}", "{x: {k: 1, l: 2}}"),
        ("x: {k: 3, <<: {k: 1}}", "{x: {k: 3}}"),
        ("x: {'<<': {k: 1}}", "{x: {<<: {k: 1}}}"),
        ("? [a, b]\n: c", r#"{[a, b]: "c"}"#),
        ("{\"a\": {\"b\": [1, 2, ]}}", "{a: {b: [1, 2]}}"),
        ("\u{e9}: \u{20ac}", "{\u{e9}: \"\u{20ac}\"}"),
        ("a: x{{resolve:ssm:y}}", r#"{a: "x{{resolve:ssm:y}}"}"#),
        ("a: ${{ github.ref }}", r#"{a: "${{ github.ref }}"}"#),
        (
            "a: \"{{ x }}\"  # {{ y }}\nb: '{% z %}'\nc: |\n  {{ w }}\n",
            r#"{a: "{{ x }}", b: "{% z %}", c: "{{ w }}\n"}"#,
        ),
    ] {
        assert_eq!(show(&one(text)), expected, "{text}");
    }
}

#[test]
fn a_stream_holds_any_number_of_documents() {
    let shown = |text: &str| read(text).unwrap().1.iter().map(show).collect::<Vec<_>>();
    assert_eq!(shown("a: 1\n---\nb: 2\n...\n---\n- 3\n"), ["{a: 1}", "{b: 2}", "[3]"]);
    assert!(shown("# nothing\n").is_empty());
    assert_eq!(shown("---\n---\na: 1\n"), ["null", "{a: 1}"]);
    // An anchor ends with its document.
    assert!(read("a: &x 1\n---\nb: *x\n").is_err());
}

/// Every key and value, with the text that its span covers.
fn spans(source: &Source, value: &Value, path: &str, out: &mut Vec<(String, String)>) {
    out.push((path.to_owned(), source.slice(value.span).to_owned()));
    if let Some(list) = value.as_list() {
        list.iter().enumerate().for_each(|(n, item)| spans(source, item, &format!("{path}/{n}"), out));
    }
    for (key, entry) in value.as_map().into_iter().flat_map(|map| map.iter()) {
        out.push((format!("{path}/{key}#"), source.slice(entry.key).to_owned()));
        spans(source, &entry.value, &format!("{path}/{key}"), out);
    }
}

#[test]
fn spans_cover_exactly_the_bytes_of_keys_and_values() {
    let text = "# é\ntop:  # why\n  'q k': \"é\\n\"\n  list:\n  - a b\n  - {x: [1, 2]}\n  empty:\n  block: |\n    x\n\n    y\n\n\ntag: !Sub\n  - é\nalias: &a  val\nend: *a\n";
    let (source, documents, comments) = read(text).unwrap();
    #[allow(clippy::string_slice)]
    let between = |from: &str, to: &str| &text[text.find(from).unwrap()..text.find(to).unwrap()];
    let mut found = Vec::new();
    spans(&source, &documents[0], "", &mut found);
    let expected = [
        ("", text.strip_prefix("# é\n").unwrap().trim_end()),
        ("/top#", "top"),
        ("/top", between("'q k'", "\n\n\ntag")),
        ("/top/q k#", "'q k'"),
        ("/top/q k", "\"é\\n\""),
        ("/top/list#", "list"),
        ("/top/list", "- a b\n  - {x: [1, 2]}"),
        ("/top/list/0", "a b"),
        ("/top/list/1", "{x: [1, 2]}"),
        ("/top/list/1/x#", "x"),
        ("/top/list/1/x", "[1, 2]"),
        ("/top/list/1/x/0", "1"),
        ("/top/list/1/x/1", "2"),
        ("/top/empty#", "empty"),
        ("/top/empty", ""),
        ("/top/block#", "block"),
        ("/top/block", "x\n\n    y"),
        ("/tag#", "tag"),
        ("/tag", "!Sub\n  - é"),
        ("/tag/!Sub#", "!Sub"),
        ("/tag/!Sub", "- é"),
        ("/tag/!Sub/0", "é"),
        ("/alias#", "alias"),
        ("/alias", "val"),
        ("/end#", "end"),
        ("/end", "val"),
    ];
    for (found, expected) in found.iter().zip(expected) {
        assert_eq!((&*found.0, &*found.1), expected);
    }
    assert_eq!(found.len(), expected.len());
    assert_eq!(comments.iter().map(|span| source.slice(*span)).collect::<Vec<_>>(), ["# é", "# why"]);
}

#[test]
fn comments_begin_after_white_space_outside_of_scalars() {
    for (text, expected) in [
        ("# a\n# b\nx: 1 # c", vec!["# a", "# b", "# c"]),
        ("x: a#b\ny: 'q # q' # c\nz: \"q\n  # q\"\n", vec!["# c"]),
        ("x: | # c\n  # in\n\n  text # in\n# d\ny: 1\n", vec!["# c", "# d"]),
        ("x: >-\n\n    # in\n  # d\n", vec!["# d"]),
        ("x: |\n  a\n # d\n", vec!["# d"]),
        ("? k # a\n: [1, # b\n   {n: 2}] # c\n", vec!["# a", "# b", "# c"]),
        ("x: &a !Sub # a\n  v\ny: *a # b\n", vec!["# a", "# b"]),
        ("x: a b # c\n# d\n---\n# e\ny:\n# f\n--- # g\nz\n... # h\n", vec!["# c", "# d", "# e", "# f", "# g", "# h"]),
        ("x:\t# c\r\n# d\r\ny: http://h/#f\r\n", vec!["# c", "# d"]),
    ] {
        let (source, _, comments) = read(text).unwrap();
        assert_eq!(comments.iter().map(|span| source.slice(*span)).collect::<Vec<_>>(), expected, "{text}");
    }
}

#[test]
fn line_ends_of_windows_do_not_move_spans() {
    let text = "a: 1\r\nb:\r\n- x  # c\r\n- |\r\n  y\r\n  z\r\nd: 'e'\r\n";
    let (source, documents, comments) = read(text).unwrap();
    assert_eq!(show(&documents[0]), r#"{a: 1, b: ["x", "y\nz\n"], d: "e"}"#);
    let mut found = Vec::new();
    spans(&source, &documents[0], "", &mut found);
    for (path, expected) in [("/a", "1"), ("/b/0", "x"), ("/b/1", "y\r\n  z"), ("/d", "'e'")] {
        assert!(found.contains(&(path.to_owned(), expected.to_owned())), "{path}: {found:?}");
    }
    assert_eq!(source.slice(comments[0]), "# c");
}

#[test]
fn an_absent_value_stands_behind_its_key() {
    let (source, documents, _) = read("a:\n\n\n# c\nb: 1\n").unwrap();
    assert_eq!(source.locate(documents[0].get("a").unwrap().span).line, 1);
    let (source, documents, _) = read("- \n- b\n").unwrap();
    assert_eq!(source.locate(documents[0].as_list().unwrap()[0].span).line, 1);
}

#[test]
fn a_template_is_named_as_one() {
    for text in [
        "a: {{ b }}",
        "a: {{b}}",
        "{{ b }}",
        "{{- if .Values.x }}\na: 1\n{{- end }}",
        "a: 1\n{{- include \"x\" . | nindent 4 }}\n",
        "a: x-{{ b }}-y",
        "- {{ b }}\n- c",
        "{% if x %}\na: 1\n{% endif %}",
        "a: {{ .Values.b | quote }}\n",
        "a:\n  {{- toYaml .b | nindent 2 }}\n",
        "a: \"{{ x }}\"\nb: {{ .Values.y }}\n",
        "a: [{{ b }}, c]",
        "# {{ c }}\na: {{ b }}: {{ c }}",
    ] {
        let error = read(text).map(|(_, documents, _)| documents).unwrap_err();
        assert!(error.template, "{text}: {error}");
        assert!(error.message.starts_with("contains {{ }} templating"), "{error}");
    }
}

#[test]
fn broken_yaml_is_no_template_because_of_a_quoted_or_commented_mark() {
    for text in ["a: \"{{ x }}\"\nb: [", "# {{ x }}\na: b: c", "a: '{{ x }}'\n b: c\n", "a: ${{ x }}\nb: [", "*x"] {
        assert!(!read(text).map(|(_, documents, _)| documents).unwrap_err().template, "{text}");
    }
}

#[test]
fn the_strict_reader_points_at_a_repeated_key() {
    let source = Source::new("a.yaml", b"a: 1\nb:\n  c: 1\n  d: 2\n  c: 3\n");
    let error = parse_strict(&source, SourceId(0), &Budget::default()).unwrap_err();
    assert_eq!(error.message, "the key `c` stands twice in one map");
    assert_eq!(source.locate(error.span).line, 5);
    let source = Source::new("a.yaml", b"a: 1\nb: {a: 1}\n");
    assert!(parse_strict(&source, SourceId(0), &Budget::default()).is_ok());
}

#[test]
fn hostile_input_ends_quickly() {
    let laughs: String =
        (1..30).map(|n| format!("a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 10].join(","))).collect();
    let bomb = format!("a0: &a0 lol\n{laughs}");
    assert!(read(&bomb).unwrap_err().message.contains("aliases"));
    let merges: String = (1..30).map(|n| format!("a{n}: &a{n}\n  <<: [*a{0}, *a{0}]\n  k{n}: v\n", n - 1)).collect();
    assert!(read(&format!("a0: &a0 {{k: v}}\n{merges}")).is_err());
    for unit in ["[", "{a: ", "- ", "[{a: ", "? "] {
        let error = read(&unit.repeat(100_000)).map(|_| ()).unwrap_err();
        assert!(!error.template, "{unit}");
    }
    let indented: String = (0..300).map(|n| format!("{}a:\n", " ".repeat(n))).collect();
    assert!(read(&indented).is_err());
    assert!(read("&a [*a]").is_err());
    assert!(read("a: *missing").is_err());
    let chain: String = (1..300).map(|n| format!("a{n}: &a{n} [*a{}]\n", n - 1)).collect();
    let error = read(&format!("a0: &a0 x\n{chain}")).map(|_| ()).unwrap_err();
    assert!(error.message.contains("nested more than"), "{error}");
}

#[test]
fn many_marks_of_templates_on_one_line_are_read_once() {
    let line = "\"{{ x }}\" ".repeat(200_000);
    assert!(!read(&format!("a: {line}")).map(|_| ()).unwrap_err().template);
    assert!(read(&format!("a: {line} {{{{ y }}}}")).map(|_| ()).unwrap_err().template);
}

#[test]
fn long_lines_and_many_comments_are_read() {
    assert!(read(&format!("a: [{}1]", "1, ".repeat(1_000_000))).is_ok());
    assert!(read(&format!("a: {}", "x".repeat(5_000_000))).is_ok());
    assert!(read(&format!("a: \"{}\"", "é\\n".repeat(1_000_000))).is_ok());
    let comments = "# c\n".repeat(100_000);
    assert!(read(&format!("a:\n{comments}\n  - b\n{comments}c: d\n")).is_ok());
}

proptest::proptest! {
    #[test]
    fn no_text_brings_it_down(text in r#"[\[\]{}:,"'\\#&*!|>%@`?\- \n\tabé€<0-9.~=]{0,60}"#) {
        if let Ok((source, documents, _)) = read(&text) {
            let mut all = Vec::new();
            documents.iter().for_each(|value| spans(&source, value, "", &mut all));
        }
    }
}
