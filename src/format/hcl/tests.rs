use super::*;

fn parsed(text: &str) -> Result<Body, SyntaxError> {
    let source = Source::new("a.tf", text.as_bytes());
    parse(&source, SourceId(0), &Budget::default()).map(|parsed| match parsed.body {
        crate::format::Body::Hcl(body) => body,
        other => panic!("{other:?}"),
    })
}

fn expr(text: &str) -> Result<Expr, SyntaxError> {
    parse_expression(text, Place::Whole(SourceId(0)), &Budget::default())
}

/// The text parts of an expression, values as `#`.
fn text(expr: &Expr) -> String {
    fn parts(list: &[Part]) -> String {
        list.iter()
            .map(|part| match part {
                Part::Text(text) => text.to_string(),
                Part::Value(_) => "#".to_string(),
                Part::If { then, otherwise, .. } => format!("?{}:{};", parts(then), parts(otherwise)),
                Part::For { body, .. } => format!("@{};", parts(body)),
            })
            .collect()
    }
    match &expr.kind {
        ExprKind::String(text) => text.to_string(),
        ExprKind::Template(list) => parts(list),
        other => panic!("{other:?}"),
    }
}

#[test]
fn blocks_attributes_and_keys_know_where_they_stand() {
    let source = "resource \"a\" \"b\" {\n  x = { k = 1, \"l\" : 2 }\n  y { z = true }\n}\n";
    let body = parsed(source).unwrap();
    let file = Source::new("a.tf", source.as_bytes());
    let slice = |span: Span| file.slice(span);
    let block = &body.blocks[0];
    assert_eq!(slice(block.key), "resource");
    assert_eq!(slice(block.span), source.trim_end());
    let x = block.body.attribute("x").unwrap();
    assert_eq!((slice(x.key), slice(x.expr.span)), ("x", "{ k = 1, \"l\" : 2 }"));
    let ExprKind::Object(items) = &x.expr.kind else { panic!() };
    assert_eq!((slice(items[0].0.span), slice(items[0].1.span)), ("k", "1"));
    assert_eq!((slice(items[1].0.span), slice(items[1].1.span)), ("\"l\"", "2"));
    assert_eq!(slice(block.body.blocks[0].span), "y { z = true }");
}

#[test]
fn comments_are_found_outside_of_strings_and_heredocs_only() {
    let text =
        "# one\r\na = \"# no ${1 /* two */} // no\" // three\nb = <<EOT\n# no\n${2 # four\n}\nEOT\n/* five\n*/\n";
    let source = Source::new("a.tf", text.as_bytes());
    let parsed = parse(&source, SourceId(0), &Budget::default()).unwrap();
    let found: Vec<_> = parsed.comments.iter().map(|span| source.slice(*span)).collect();
    assert_eq!(found, ["# one", "/* two */", "// three", "# four", "/* five\n*/"]);
}

#[test]
fn an_error_points_at_its_line() {
    let error = parsed("a = 1\nb = [1, 2\nc = 3\n").unwrap_err();
    let source = Source::new("a.tf", "a = 1\nb = [1, 2\nc = 3\n".as_bytes());
    assert_eq!(source.line_of(error.span.start), 3, "{error}");
    assert!(!error.message.contains('\n'), "{error}");
}

#[test]
fn heredocs_lose_the_indentation_their_lines_have_in_common() {
    let cases = [
        ("<<-EOT\n    a\n      b\n    EOT\n", "a\n  b\n"),
        ("<<-EOT\n    a ${1}\n  b\n\n    EOT\n", "  a #\nb\n\n"),
        // A line that begins with a value has no indentation, so nothing is taken away.
        ("<<-EOT\n${1}\n    b\n    EOT\n", "#\n    b\n"),
        ("<<-EOT\nfoo ${1}\n    bar\nEOT\n", "foo #\n    bar\n"),
        ("<<EOT\n  $${a} \\n %%{b}\nEOT\n", "  ${a} \\n %{b}\n"),
        ("<<EOT\nEOT\n", ""),
    ];
    for (input, want) in cases {
        let body = parsed(&format!("x = {input}")).unwrap();
        assert_eq!(text(&body.attributes[0].expr), want, "{input}");
    }
}

#[test]
fn strip_markers_eat_the_blanks_beside_them() {
    let cases = [
        ("\"a ${~ 1 ~} b\"", "a#b"),
        ("\"a %{ if x ~} b %{ else }c%{~ endif } d\"", "a ?b :c; d"),
        ("\"%{ for k, v in x }${v},%{ endfor }\"", "@#,;"),
    ];
    for (input, want) in cases {
        assert_eq!(text(&expr(input).unwrap()), want, "{input}");
    }
    let body = parsed("x = <<EOT\n%{ for v in y ~}\n  v\n%{ endfor ~}\nEOT\n").unwrap();
    assert_eq!(text(&body.attributes[0].expr), "@  v\n;");
}

#[test]
fn hostile_nesting_is_refused_and_never_a_stack_overflow() {
    let n = 100_000;
    let cases = [
        format!("a = {}", "[".repeat(n)),
        format!("a = {}{}", "[".repeat(n), "]".repeat(n)),
        format!("a = {}", "(".repeat(n)),
        format!("a = {}", "{".repeat(n)),
        format!("a = {}1", "{b=".repeat(n)),
        "a {\n".repeat(n),
        format!("a = {}b", "!".repeat(n)),
        format!("a = {}b", "-".repeat(n)),
        format!("a = {}b", "- ".repeat(n)),
        format!("a = {}d", "a ? b : ".repeat(n)),
        format!("a = {}d", "a ? ".repeat(n)),
        format!("a = {}a", "a+".repeat(5_000)),
        format!("a = {}a", "a && ".repeat(n)),
        format!("a = {}", "\"${".repeat(n)),
        format!("a = {}", "f(".repeat(n)),
        format!("a = b{}", "[c".repeat(n)),
        format!("a = \"{}\"", "%{ if a }".repeat(n)),
        format!("a = \"{}\"", "%{ for a in b }".repeat(n)),
        format!("a = {}b", "[for x in ".repeat(n)),
        format!("a = {}", "<<A\n${".repeat(n)),
    ];
    for input in cases {
        let error = parsed(&input).unwrap_err();
        assert!(!error.message.is_empty());
    }
}

#[test]
fn long_texts_are_read_in_linear_time() {
    let n = 50_000;
    let keys = |n: usize| (0..n).map(|i| format!("b{i} = 1\n")).collect::<String>();
    let cases = [
        (format!("a = b{}\n", ".c".repeat(n)), true),
        (format!("a = [{}]\n", "1,".repeat(19_000)), true),
        (format!("a = {{\n{}}}\n", keys(19_000)), true),
        (format!("a = {{\n{}}}\n", keys(n)), false),
        (format!("a = \"{}\"\n", "${b}".repeat(n)), true),
        ("a {\n}\n".repeat(n), true),
        (format!("a = <<EOT\n{}EOT\n", "b c d\n".repeat(10 * n)), true),
        (format!("a = <<-EOT\n{}EOT\n", "  b ${c} d\n".repeat(n)), true),
        (format!("a = \"{}\"\n", "\\n%{ if a }b%{ endif }".repeat(n)), true),
        (" ".repeat(5 << 20), false),
    ];
    for (input, good) in cases {
        let result = parsed(&input);
        assert_eq!(result.is_ok(), good, "{:?}", result.err());
    }
}

#[test]
fn forms_of_the_language_are_read() {
    let good = [
        "{ for k, v in x : k => v... if v != null }",
        "[for x in [1, 2] :\n x\n if x > 1]",
        "a[*].b[0].c",
        "a.*.b.0",
        "provider::x::f(1, 2...)",
        "(a ? b : c)",
        "{ (a) = 1, \"${b}\" = 2, 3 = 4 }",
        "-a.b + !c * 2 % 3 / 4",
        "a >= 1 && b <= 2 || c == null",
        "f(\n  a,\n  b,\n)",
        "1.5e3",
    ];
    for input in good {
        assert!(expr(input).is_ok(), "{input}: {:?}", expr(input).unwrap_err());
    }
}
