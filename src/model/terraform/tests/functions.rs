//! The built-in functions, with what their documentation says of them.

use super::{estate, evaluate};

const BEFORE: &str = "variable \"u\" {}\nresource \"r\" \"r\" {}\n";

#[test]
fn functions() {
    let cases = [
        // numbers
        ("abs(-12.4)", "12.4"),
        ("ceil(5.1)", "6"),
        ("floor(-0.5)", "-1"),
        ("log(16, 2)", "4"),
        ("max(12, 54, 3)", "54"),
        ("min([12, 54, 3]...)", "3"),
        ("parseint(\"FF\", 16)", "255"),
        ("pow(3, 2)", "9"),
        ("signum(-13)", "-1"),
        ("sum([10, 13.5, 6])", "29.5"),
        ("sum([1, var.u])", "?Variable(u)!"),
        // texts
        ("chomp(\"hello\\n\\n\")", "\"hello\""),
        ("endswith(\"hello world\", \"world\")", "true"),
        ("endswith(\"${r.r.arn}:*\", \":*\")", "true"),
        ("startswith(\"arn:${r.r.arn}\", \"arn:\")", "true"),
        ("startswith(\"arn:${r.r.arn}\", \"aws:\")", "false"),
        ("startswith(\"a${r.r.arn}\", \"arn:\")", "?Computed(r.r.arn)!"),
        ("strcontains(\"x-abc-${var.u}\", \"abc\")", "true"),
        ("strcontains(\"x-${var.u}\", \"abc\")", "?Variable(u)!"),
        ("format(\"Hello, %s! %d %05.1f %t %v %%\", \"A\", 4, 3.14159, true, [1])", "\"Hello, A! 4 003.1 true [1] %\""),
        (
            "format(\"%-5s|%5s|%x|%q|%#v|%e\", \"a\", \"b\", 255, \"q\", {a = 1}, 1234.5)",
            "\"a    |    b|ff|\\\"q\\\"|{\\\"a\\\":1}|1.234500e+03\"",
        ),
        ("format(\"a-%s-%s\", var.u, \"b\")", "?Variable\"a-#-b\""),
        ("format(\"%[2]s %[1]s\", \"a\", \"b\")", "\"b a\""),
        ("formatlist(\"%s-%s\", \"a\", [\"x\", \"y\"])", "[\"a-x\",\"a-y\"]"),
        ("indent(2, \"a\\nb\")", "\"a\\n  b\""),
        ("join(\"-\", [\"a\", 1], [\"b\"])", "\"a-1-b\""),
        ("join(\",\", [\"a\", var.u])", "?Variable\"a,#\""),
        ("lower(\"HELLO\")", "\"hello\""),
        ("upper(\"a-${var.u}\")", "?Variable\"A-#\""),
        ("title(\"hello world\")", "\"Hello World\""),
        ("regex(\"[a-z]+\", \"53453453.345345aaabbbccc23454\")", "\"aaabbbccc\""),
        ("regex(\"(\\\\d\\\\d)-(\\\\d)\", \"20-1\")", "[\"20\",\"1\"]"),
        ("regex(\"(?P<a>x)\", \"x\")", "{a:\"x\"}"),
        ("can(regex(\"x\", \"y\"))", "false"),
        ("regexall(\"[a-z]+\", \"1a2bc\")", "[\"a\",\"bc\"]"),
        ("replace(\"1 + 2\", \"+\", \"-\")", "\"1 - 2\""),
        ("replace(\"hello\", \"/l(.)/\", \"<$1>\")", "\"he<l>o\""),
        ("replace(\"a-_X_-b_X_\", \"_X_\", var.u)", "?Variable\"a-#-b#\""),
        ("replace(\"a-b\", \"_X_\", var.u)", "\"a-b\""),
        ("replace(\"a-_X_-${var.u}\", \"_X_\", \"y\")", "?Variable\"a-y-#\""),
        // The needle may lie across what is not known.
        ("replace(\"a_X${var.u}\", \"_X_\", \"y\")", "?Variable(u)!"),
        ("replace(\"a\", \"/x/\", var.u)", "?Variable(u)!"),
        ("split(\",\", \"a,b,\")", "[\"a\",\"b\",\"\"]"),
        ("strrev(\"abc\")", "\"cba\""),
        ("substr(\"hello world\", 1, 4)", "\"ello\""),
        ("substr(\"hello\", -3, -1)", "\"llo\""),
        ("trim(\"?!hi?!\", \"!?\")", "\"hi\""),
        ("trimprefix(\"hello\", \"he\")", "\"llo\""),
        ("trimsuffix(\"hello\", \"lo\")", "\"hel\""),
        ("trimspace(\" a \\n\")", "\"a\""),
        // collections
        ("alltrue([true, false, var.u])", "false"),
        ("alltrue([true, var.u])", "?Variable(u)!"),
        ("alltrue([])", "true"),
        ("anytrue([var.u, true])", "true"),
        ("anytrue([])", "false"),
        ("chunklist([1, 2, 3], 2)", "[[1,2],[3]]"),
        ("coalesce(null, \"\", \"b\", var.u)", "\"b\""),
        ("coalesce(null, var.u, \"b\")", "?Variable(u)!"),
        ("coalesce(\"a-${var.u}\", \"b\")", "?Variable\"a-#\""),
        ("coalescelist([], [1])", "[1]"),
        ("compact([\"a\", \"\", null, \"b\"])", "[\"a\",\"b\"]"),
        ("compact([r.r.arn, \"\"])", "[?Computed(r.r.arn)!]"),
        ("concat([1], [], [var.u])", "[1,?Variable(u)]"),
        ("contains([\"a\", var.u], \"a\")", "true"),
        ("contains([\"a\", var.u], \"b\")", "?Variable(u)!"),
        ("contains([\"a\"], \"b\")", "false"),
        ("distinct([\"a\", \"b\", \"a\"])", "[\"a\",\"b\"]"),
        ("element([\"a\", \"b\", \"c\"], 4)", "\"b\""),
        ("flatten([[\"a\"], [], [[\"b\"]], \"c\"])", "[\"a\",\"b\",\"c\"]"),
        ("flatten([[\"a\"], var.u])", "?Variable(u)"),
        ("flatten([[r.r.arn], [\"a\"]])", "[?Computed(r.r.arn)!,\"a\"]"),
        ("index([\"a\", \"b\"], \"b\")", "1"),
        ("keys({ b = 1, a = var.u })", "[\"a\",\"b\"]"),
        ("values({ b = 1, a = 2 })", "[2,1]"),
        ("length([var.u, 1])", "2"),
        ("length(var.u)", "?Variable(u)!"),
        ("length(\"añb\")", "3"),
        ("length(toset([\"a\", \"a\"]))", "1"),
        ("lookup({ a = 1 }, \"a\", 2)", "1"),
        ("lookup({ a = 1 }, \"b\", 2)", "2"),
        ("lookup({ a = true }, var.u, true)", "true"),
        ("lookup({ a = 1 }, var.u, 2)", "?Variable(u)!{1|2}"),
        ("matchkeys([\"i1\", \"i2\"], [\"a\", \"b\"], [\"b\"])", "[\"i2\"]"),
        ("merge({ a = 1, b = 1 }, null, { b = 2 })", "{a:1,b:2}"),
        ("merge([{ a = 1 }, { c = var.u }]...)", "{a:1,c:?Variable(u)}"),
        ("merge({ a = 1 }, var.u)", "?Variable(u)!"),
        ("one([])", "null"),
        ("one([1])", "1"),
        ("range(3)", "[0,1,2]"),
        ("range(1, 8, 2)", "[1,3,5,7]"),
        ("range(3, 0)", "[3,2,1]"),
        ("reverse([1, 2])", "[2,1]"),
        ("setintersection([\"a\", \"b\"], [\"b\", \"c\"])", "[\"b\"]"),
        ("setproduct([\"a\", \"b\"], [1, 2])", "[[\"a\",1],[\"a\",2],[\"b\",1],[\"b\",2]]"),
        ("setsubtract([\"a\", \"b\"], [\"a\"])", "[\"b\"]"),
        ("setunion([\"b\"], [\"a\"])", "[\"a\",\"b\"]"),
        ("slice([1, 2, 3], 1, 2)", "[2]"),
        ("sort([\"b\", \"a\"])", "[\"a\",\"b\"]"),
        ("transpose({ a = [\"1\", \"2\"], b = [\"2\"] })", "{1:[\"a\"],2:[\"a\",\"b\"]}"),
        ("zipmap([\"a\", \"b\"], [1, 2])", "{a:1,b:2}"),
        ("{ for p in setproduct([\"a\"], [\"x\", \"y\"]) : \"${p[0]}-${p[1]}\" => p[1] }", "{a-x:\"x\",a-y:\"y\"}"),
        // encoding
        ("base64encode(\"Hello World\")", "\"SGVsbG8gV29ybGQ=\""),
        ("base64decode(\"SGVsbG8gV29ybGQ=\")", "\"Hello World\""),
        ("textencodebase64(\"Hi\", \"UTF-16LE\")", "\"SABpAA==\""),
        ("textdecodebase64(\"SABpAA==\", \"UTF-16LE\")", "\"Hi\""),
        ("csvdecode(\"a,b\\n1,\\\"x,y\\\"\\n\")", "[{a:\"1\",b:\"x,y\"}]"),
        ("jsonencode({ b = [1, true, null], a = \"<\\\"\" })", r#""{\"a\":\"\\u003c\\\"\",\"b\":[1,true,null]}""#),
        ("jsonencode({ a = var.u, b = \"x-${var.u}\" })", r#"?Variable"{\"a\":#,\"b\":\"x-#\"}""#),
        ("jsondecode(\"{\\\"a\\\": [1, null]}\").a", "[1,null]"),
        ("jsondecode(jsonencode({ a = var.u, b = 1 })).b", "1"),
        ("jsondecode(\"\\\"x\\\"\")", "\"x\""),
        ("can(jsondecode(\"{\"))", "false"),
        ("urlencode(\"Hello World/ü\")", "\"Hello+World%2F%C3%BC\""),
        ("yamldecode(\"a: [1, b]\\nc: ~\")", "{a:[1,\"b\"],c:null}"),
        (
            "yamlencode({ a = \"b\", c = [1, { d = 2 }] })",
            "\"\\\"a\\\": \\\"b\\\"\\n\\\"c\\\":\\n- 1\\n- \\\"d\\\": 2\\n\"",
        ),
        // What is encoded is remembered, see `scripts_are_read_decoded`.
        ("base64encode(\"a-${var.u}\")", "?Variable(u)!"),
        ("base64gzip(\"x\")", "?Unsupported(base64gzip())!"),
        // hashes
        ("uuidv5(\"dns\", \"www.terraform.io\")", "\"a5008fae-b28c-5ba5-96cd-82b4c53552d6\""),
        (
            "uuidv5(\"6ba7b810-9dad-11d1-80b4-00c04fd430c8\", \"www.terraform.io\")",
            "\"a5008fae-b28c-5ba5-96cd-82b4c53552d6\"",
        ),
        ("can(uuidv5(\"nowhere\", \"x\"))", "false"),
        ("sha256(\"hello world\")", "\"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9\""),
        ("base64sha256(\"hello world\")", "\"uU0nuZNNPgilLlLX2n2r+sSE7+N6U4DukIj3rOLvzek=\""),
        ("md5(\"hello world\")", "\"5eb63bbbe01eeed093cb22bb8f5acdc3\""),
        ("sha1(\"hello world\")", "\"2aae6c35c94fcfb415dbe95f408b9ce91ee846ed\""),
        ("uuid()", "?Function(uuid())!"),
        ("timestamp()", "?Function(timestamp())!"),
        ("\"x-${timestamp()}\"", "?Function\"x-#\""),
        // networks
        ("cidrhost(\"10.12.112.0/20\", 16)", "\"10.12.112.16\""),
        ("cidrhost(\"10.12.112.0/20\", -1)", "\"10.12.127.255\""),
        ("cidrhost(\"fd00:fd12:3456:7890:00a2::/72\", 34)", "\"fd00:fd12:3456:7890::22\""),
        ("cidrnetmask(\"172.16.0.0/12\")", "\"255.240.0.0\""),
        ("cidrsubnet(\"172.16.0.0/12\", 4, 2)", "\"172.18.0.0/16\""),
        ("cidrsubnet(\"fd00:fd12:3456:7890::/56\", 16, 162)", "\"fd00:fd12:3456:7800:a200::/72\""),
        (
            "cidrsubnets(\"10.1.0.0/16\", 4, 4, 8, 4)",
            "[\"10.1.0.0/20\",\"10.1.16.0/20\",\"10.1.32.0/24\",\"10.1.48.0/20\"]",
        ),
        ("can(cidrsubnet(\"10.0.0.0/8\", 2, 4))", "false"),
        // types
        ("tobool(\"true\")", "true"),
        ("tonumber(\"a\")", "?Invalid(tonumber() of a text where a number is wanted)"),
        ("tostring(null)", "null"),
        ("tostring(1.5)", "\"1.5\""),
        ("tolist(toset([\"b\", \"a\"]))[0]", "\"a\""),
        ("tomap({ a = 1 })", "{a:1}"),
        ("toset([\"b\", \"a\", \"b\"])", "[\"a\",\"b\"]"),
        ("sensitive(\"x\")", "\"x\""),
        ("nonsensitive(var.u)", "?Variable(u)"),
        ("try(null.a, [][0], \"z\")", "\"z\""),
        ("try(var.u.a, \"z\")", "?Variable(u)"),
        ("can(var.u.a)", "?Variable(u)!"),
        ("can({ a = 1 }.b)", "false"),
        ("issensitive(var.u)", "?Unsupported(issensitive())!"),
        ("type(1)", "?Invalid(type(), which only the console has)"),
        ("provider::x::y(1)", "?Unsupported(provider::x::y())"),
        ("nosuch(1)", "?Unsupported(nosuch())"),
        ("length()", "?Invalid(length() with 0 arguments)"),
        // dates
        ("formatdate(\"DD MMM YYYY hh:mm ZZZ\", \"2018-01-02T23:12:01Z\")", "\"02 Jan 2018 23:12 UTC\""),
        (
            "formatdate(\"EEEE, DD-MMM-YY HH:mmaa 'o''clock'\", \"2018-01-02T03:12:01-08:00\")",
            "\"Tuesday, 02-Jan-18 03:12am o'clock\"",
        ),
        ("timeadd(\"2017-11-22T00:00:00Z\", \"10m\")", "\"2017-11-22T00:10:00Z\""),
        ("timeadd(\"2017-11-22T00:00:00+02:00\", \"-1h30m\")", "\"2017-11-21T22:30:00+02:00\""),
        ("timecmp(\"2017-11-22T00:00:00Z\", \"2017-11-22T01:00:00+01:00\")", "0"),
        ("can(timeadd(\"yesterday\", \"1h\"))", "false"),
        // paths
        ("basename(\"foo/bar/baz.txt\")", "\"baz.txt\""),
        ("dirname(\"foo/bar/baz.txt\")", "\"foo/bar\""),
        ("abspath(\".\")", "?Deployment(abspath())!"),
    ];
    for (expression, want) in cases {
        assert_eq!(evaluate(BEFORE, expression), want, "{expression}");
    }
}

#[test]
fn files_are_read_through_the_opener_only() {
    let main = r#"
        module "m" { source = "./m" }
        resource "t" "t" {
          read    = file("a.txt")
          here    = file("${path.module}/a.txt")
          missing = file("b.txt")
          outside = file("../../etc/passwd")
          exists  = [fileexists("a.txt"), fileexists("b.txt")]
          leaves  = fileexists("/etc/passwd")
          base64  = filebase64("a.txt")
          sha     = filesha256("a.txt")
          set     = fileset(path.module, "*.txt")
          deep    = fileset(path.module, "m/**/*.txt")
          each    = { for f in fileset(".", "{m,none}/**") : f => trimsuffix(basename(f), ".txt") if endswith(f, ".txt") }
          none    = fileset(path.module, "*.md")
          away    = fileset("../..", "*")
          tried   = try(file("b.txt"), "default")
        }
    "#;
    let m = "resource \"t\" \"t\" { v = [path.module, file(\"${path.module}/in.txt\")] }";
    let estate = estate(&[
        ("main.tf", main),
        ("m/main.tf", m),
        ("a.txt", "hello world"),
        ("m/in.txt", "inner"),
        ("m/n/x.txt", ""),
    ]);
    let cases = [
        ("t.t", "read", "\"hello world\""),
        ("t.t", "here", "\"hello world\""),
        ("t.t", "missing", "?File(b.txt)!"),
        ("t.t", "outside", "?File(../../etc/passwd)!"),
        ("t.t", "exists", "[true,false]"),
        ("t.t", "leaves", "?File(/etc/passwd)!"),
        ("t.t", "base64", "\"aGVsbG8gd29ybGQ=\""),
        ("t.t", "sha", "\"b94d27b9934d3e08a52e52d7da7dabfac484efe37a5380ee9088f7ace2efcde9\""),
        ("t.t", "set", "[\"a.txt\"]"),
        ("t.t", "deep", "[\"m/in.txt\",\"m/n/x.txt\"]"),
        ("t.t", "each", "{m/in.txt:\"in\",m/n/x.txt:\"x\"}"),
        ("t.t", "none", "[]"),
        ("t.t", "away", "?File(../..)!"),
        ("t.t", "tried", "?File(b.txt)!"),
        ("module.m.t.t", "v", "[\"m\",\"inner\"]"),
    ];
    for (address, path, want) in cases {
        assert_eq!(estate.at(address, path), want, "{address} {path}");
    }
}

#[test]
fn scripts_are_read_decoded() {
    let main = r##"
        variable "u" {}
        locals { script = base64encode("echo ${var.u}") }
        resource "t" "t" {
          user_data        = base64encode("#!/bin/sh")
          user_data_base64 = local.script
          custom_data      = base64gzip(jsonencode({ a = 1 }))
          nested { user_data = "IyEvYmluL3NoCmVjaG8gaGkK" }
          other            = base64encode("#!/bin/sh")
        }
    "##;
    let estate = estate(&[("main.tf", main)]);
    for (path, want) in [
        ("user_data", "\"#!/bin/sh\""),
        ("user_data_base64", "?Variable\"echo #\""),
        ("custom_data", "\"{\\\"a\\\":1}\""),
        ("nested.0.user_data", "\"#!/bin/sh\\necho hi\\n\""),
        ("other", "\"IyEvYmluL3No\""),
    ] {
        assert_eq!(estate.at("t.t", path), want, "{path}");
    }
    assert_eq!(estate.text("t.t", "user_data"), "base64encode(\"#!/bin/sh\")");
}
