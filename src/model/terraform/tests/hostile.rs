//! Input that would like more than there is: each ends in its budget, with a gap. How long that takes depends on the
//! machine and is not asked; what does not end would never pass.

use super::{Estate, estate, shown};
use crate::resource::GapKind;

/// What comes of a text that must end.
fn ended(text: &str) -> Estate {
    estate(&[("main.tf", text)])
}

/// The value of an attribute that should have been cut off, with exactly one gap that says so.
fn cut(before: &str, expression: &str) {
    let estate = ended(&format!("{before}\nresource \"t\" \"t\" {{\n  v = {expression}\n}}\n"));
    let value = estate.at("t.t", "v");
    assert!(value.contains("Budget"), "{expression}: {value:.200}");
    assert!(estate.gaps(GapKind::Limit) >= 1, "{expression}");
    assert!(estate.built.gaps.len() <= 3, "{expression}: {:?}", estate.built.gaps.len());
}

#[test]
fn loops_end() {
    let ten = (0..10).map(|n| format!("for x{n} in range(1000) : [")).collect::<Vec<_>>().join("");
    let product = format!("[{}x0{}]", ten, "]".repeat(10)).replace(": [for", ": [for");
    let cases = [
        ("".to_string(), "range(0, 1000000000000)".to_string()),
        ("".to_string(), format!("length({product})")),
        ("locals {\n a = [for x in range(1000) : [for y in range(1000) : [for z in range(1000) : x]]]\n}".into(), "local.a".into()),
        ("".into(), "length(setproduct(range(1000), range(1000), range(1000)))".into()),
        ("".into(), "join(\"\", [for x in range(1000) : [for y in range(1000) : y]]...)".into()),
        ("".into(), "\"%{ for x in range(1000) }%{ for y in range(1000) }%{ for z in range(1000) }aaaa%{ endfor }%{ endfor }%{ endfor }\"".into()),
    ];
    for (before, expression) in cases {
        cut(&before, &expression);
    }
}

#[test]
fn texts_end() {
    let double = |n: usize, by: &str| {
        let steps: String =
            (1..n).map(|i| format!("a{i} = {}\n", by.replace('@', &format!("local.a{}", i - 1)))).collect();
        format!("locals {{\na0 = \"aaaaaaaaaaaaaaaa\"\n{steps}}}")
    };
    let cases = [
        (String::new(), "format(\"%1000000000d\", 1)".to_string()),
        (String::new(), "format(\"%.1000000000f\", 1)".to_string()),
        (String::new(), "indent(1000000000, \"a\\nb\")".to_string()),
        (double(60, "\"${@}${@}\""), "local.a59".into()),
        (double(60, "join(@, [\"\", @, @])"), "local.a59".into()),
        (double(60, "replace(@, \"a\", @)"), "local.a59".into()),
        (double(60, "replace(@, \"/a/\", @)"), "local.a59".into()),
        (double(60, "replace(@, \"\", @)"), "local.a59".into()),
        (double(60, "format(\"%s%s\", @, @)"), "local.a59".into()),
        (double(60, "jsonencode([@, @])"), "local.a59".into()),
    ];
    for (before, expression) in cases {
        cut(&before, &expression);
    }
}

#[test]
fn values_that_share_their_parts_are_not_walked_without_end() {
    let steps: String = (1..120).map(|n| format!("a{n} = [local.a{}, local.a{}]\n", n - 1, n - 1)).collect();
    let before = format!("locals {{\na0 = [1]\nm = {{ x = local.a119 }}\n{steps}}}");
    let ways = [
        "local.a119",
        "jsonencode(local.a119)",
        "yamlencode(local.a119)",
        "flatten(local.a119)",
        "local.a119 == local.a119",
        "distinct([local.a119, local.a119])",
        "toset([local.a119, local.a119])",
        "merge(local.m, { y = local.a119 })",
        "setunion(local.a119, local.a119)",
        "\"${join(\",\", flatten(local.a119))}\"",
    ];
    for way in ways {
        let estate = ended(&format!("{before}\nresource \"t\" \"t\" {{\n  v = {way}\n}}\n"));
        assert!(shown(estate.value("t.t", "v")).len() < 10_000_000, "{way}");
        assert!(estate.gaps(GapKind::Limit) >= 1, "{way}");
    }
}

#[test]
fn instances_end() {
    let estate = ended("resource \"a\" \"b\" {\n count = 1000000000\n v = count.index\n w = 1\n}");
    let cut = "?Budget(limit of the evaluation)";
    assert_eq!(estate.at("a.b", ""), format!("{{count:{cut},v:{cut},w:1}}"));
    assert_eq!(estate.gaps(GapKind::Limit), 1);
    let many: String = (0..30).map(|n| format!("resource \"a\" \"b{n}\" {{ count = 10000 }}\n")).collect();
    let estate = ended(&many);
    assert_eq!(estate.built.resources.len(), 200_000);
    assert!(estate.gaps(GapKind::Limit) >= 1);
}

#[test]
fn chains_end() {
    let chain: String = (1..20_000).map(|n| format!("a{n} = local.a{}\n", n - 1)).collect();
    let estate = ended(&format!("locals {{\na0 = 1\n{chain}}}\nresource \"t\" \"t\" {{ v = local.a19999 }}"));
    assert!(estate.at("t.t", "v").contains("Budget"));
    // What is not deep is evaluated.
    let estate = ended(&format!("locals {{\na0 = 1\n{chain}}}\nresource \"t\" \"t\" {{ v = local.a500 }}"));
    assert_eq!(estate.at("t.t", "v"), "1");
    let resources: String = (1..5_000).map(|n| format!("resource \"r\" \"a{n}\" {{ v = r.a{}.v }}\n", n - 1)).collect();
    let estate =
        ended(&format!("resource \"r\" \"a0\" {{ v = 1 }}\n{resources}resource \"t\" \"t\" {{ v = r.a4999.v }}"));
    assert_eq!(estate.at("t.t", "v"), "1");
}

#[test]
fn deep_chains_of_resources_asked_for_from_the_end() {
    let resources: String = (0..5_000).map(|n| format!("resource \"r\" \"a{n}\" {{\n b {{\n v = [for x in [1] : {{ k = lower(\"${{r.a{}.id}}${{r.a{}.b[0].v[0].k}}\") }}]\n}}\n}}\n", n + 1, n + 1)).collect();
    let estate = ended(&resources);
    assert!(estate.gaps(GapKind::Limit) >= 1);
}

#[test]
fn modules_end() {
    let call = |n: usize| {
        format!("module \"m\" {{\n source = \"../m{}\"\n count = 100\n}}\nresource \"t\" \"t\" {{}}\n", n + 1)
    };
    let files: Vec<(String, String)> = (0..20).map(|n| (format!("m{n}/main.tf"), call(n))).collect();
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let estate = estate(&files);
    assert!(estate.gaps(GapKind::Limit) >= 1);
}

#[test]
fn regular_expressions_end() {
    let text = format!("\"{}\"", "a".repeat(100_000));
    for way in [
        format!("regexall(\"(a*)*b\", {text})"),
        format!("length(regexall(\"\", {text}))"),
        "regex(\"((((((((((a{100}){100}){100}){100}){100}){100}){100}){100}){100}){100})\", \"a\")".to_string(),
        format!("length(split(\"\", {text}))"),
    ] {
        ended(&format!("resource \"t\" \"t\" {{\n  v = {way}\n}}\n"));
    }
}

#[test]
fn templates_that_render_themselves_end() {
    let main = "resource \"t\" \"t\" { v = templatefile(\"a.tpl\", {}) }";
    let estate = estate(&[("main.tf", main), ("a.tpl", "x${templatefile(\"a.tpl\", {})}")]);
    assert!(estate.gaps(GapKind::Limit) >= 1);
}
