//! Expressions, variables, locals, blocks, instances.

use super::{estate, estate_with, evaluate};
use crate::model::Given;
use crate::resource::{Domain, GapKind};

#[test]
fn expressions() {
    let before = r#"
        variable "u" {}
        variable "n" { nullable = false }
        variable "list" { default = ["a", "b"] }
        variable "map" { default = { b = 2, a = 1 } }
        locals {
          objects = [{ n = "x", on = true }, { n = "y", on = false }]
        }
        resource "r" "one" { set = "s" }
        resource "r" "many" {
          count = 2
          n     = count.index
        }
        resource "r" "none" { count = 0 }
    "#;
    let cases = [
        ("1 + 2 * 3 - 4 / 2", "5"),
        ("7 % 4", "3"),
        ("1 / 4", "0.25"),
        ("\"5\" + 1", "6"),
        ("-(2)", "-2"),
        ("!true", "false"),
        ("1 / 0", "?Invalid(division by zero)"),
        ("1 < 2 && 2 <= 2 && 3 > 2 && 3 >= 4", "false"),
        ("\"a\" == \"a\"", "true"),
        ("\"1\" == 1", "false"),
        ("[1, 2] == [1, 2]", "true"),
        ("{ a = 1 } != { a = 2 }", "true"),
        ("null == null", "true"),
        // Kleene
        ("false && var.u", "false"),
        ("var.u && false", "false"),
        ("true || var.u", "true"),
        ("var.u || true", "true"),
        ("true && var.u", "?Variable(u)!"),
        ("var.u == 1", "?Variable(u)!"),
        ("var.u == null", "?Variable(u)!"),
        ("var.n == null", "false"),
        ("r.one.id != null", "true"),
        ("[1, var.u] == [2, var.u]", "false"),
        ("[var.u] == [1, 2]", "false"),
        ("!var.u", "?Variable(u)!"),
        ("var.u + 1", "?Variable(u)!"),
        ("\"a-${var.u}\" == \"b-x\"", "false"),
        ("\"a-${var.u}\" == \"a-x\"", "?Variable(u)!"),
        // conditionals
        ("true ? 1 : 2", "1"),
        ("false ? nothing.at.all : 2", "2"),
        ("var.u ? 1 : 1", "1"),
        ("var.u ? 1 : 2", "?Condition(u)!{1|2}"),
        ("var.u ? 1 : null", "?Condition(u){1|null}"),
        ("var.u ? { a = 1, b = 2 } : { a = 1, b = 3 }", "{a:1,b:?Condition(u)!{2|3}}"),
        ("var.u ? [true, 1] : [true, 2]", "[true,?Condition(u)!{1|2}]"),
        ("var.u ? [1] : []", "?Condition(u)!{[1]|[]}"),
        // templates
        ("\"x-${1 + 1}-${true}\"", "\"x-2-true\""),
        ("\"${[1, 2]}\"", "[1,2]"),
        ("\"$${not} %%{this}\"", "\"${not} %{this}\""),
        ("\"a-${var.u}-b\"", "?Variable\"a-#-b\""),
        ("\"${var.u}\"", "?Variable(u)"),
        ("\"<${\"a-${var.u}\"}>\"", "?Variable\"<a-#>\""),
        ("\"%{ if true }yes%{ else }no%{ endif }\"", "\"yes\""),
        ("\"%{ if var.u }yes%{ else }no%{ endif }!\"", "?Condition\"#!\""),
        ("\"%{ for x in [1, 2] }${x},%{ endfor }\"", "\"1,2,\""),
        ("\"%{ for k, v in var.map }${k}=${v};%{ endfor }\"", "\"a=1;b=2;\""),
        ("\"x${null}\"", "?Invalid(null within a text)"),
        // steps
        ("var.list[1]", "\"b\""),
        ("var.list[2]", "?Invalid(an index that the list does not have)"),
        ("var.list.0", "\"a\""),
        ("var.map[\"a\"]", "1"),
        ("var.map.b", "2"),
        ("var.map.c", "?Invalid(no attribute c)"),
        ("var.list[var.u]", "?Variable(u)"),
        ("var.u.a.b[0]", "?Variable(u)"),
        ("local.objects[*].n", "[\"x\",\"y\"]"),
        ("local.objects.*.n", "[\"x\",\"y\"]"),
        ("local.objects[*].n[0]", "[?Invalid(an index into a text),?Invalid(an index into a text)]"),
        ("local.objects.*.n[0]", "\"x\""),
        ("var.map[*].a", "[1]"),
        ("null[*]", "[]"),
        ("var.u[*]", "?Variable(u)"),
        // one of several
        ("var.map[var.u]", "?Variable(u)!{2|1}"),
        ("(var.u ? local.objects : [])[0].n", "?Condition(u){\"x\"|?Invalid(an index that the list does not have)}"),
        ("try((var.u ? local.objects : [])[0].n, \"z\")", "?Condition(u)!{\"x\"|\"z\"}"),
        ("can((var.u ? local.objects : [])[0].n)", "?Condition(u)!{true|false}"),
        ("can((var.u ? local.objects[0] : local.objects[1]).n)", "true"),
        ("concat(var.u ? [1] : [], [2])", "?Condition(u)!{[1,2]|[2]}"),
        ("upper(var.u ? \"a\" : \"b\")", "?Condition(u)!{\"A\"|\"B\"}"),
        ("(var.u ? \"a\" : \"b\") == \"c\"", "false"),
        ("coalesce(var.u ? null : \"a\", \"b\")", "?Condition(u)!{\"b\"|\"a\"}"),
        // for
        ("[for x in var.list : upper(x)]", "[\"A\",\"B\"]"),
        ("[for i, x in var.list : \"${i}${x}\" if i > 0]", "[\"1b\"]"),
        ("[for k, v in var.map : \"${k}${v}\"]", "[\"a1\",\"b2\"]"),
        ("{ for o in local.objects : o.n => o.on if o.on }", "{x:true}"),
        ("{ for x in [\"a\", \"b\", \"a\"] : x => x... }", "{a:[\"a\",\"a\"],b:[\"b\"]}"),
        ("{ for x in [\"a\", \"a\"] : x => x }", "?Invalid(two values for one key)"),
        ("[for x in var.u : x]", "?Variable(u)"),
        ("[for x in [1, 2] : x if var.u]", "?Condition(u)"),
        ("[for x in [1, var.u] : x]", "[1,?Variable(u)]"),
        ("{ for k, v in toset([\"b\", \"a\"]) : k => v }", "{a:\"a\",b:\"b\"}"),
        ("[for x in [[1, 2], [3]] : [for y in x : y * 2]]", "[[2,4],[6]]"),
        // objects
        ("{ (\"a${1}\") = 1, \"b\" = 2, 3 = 4 }", "{3:4,a1:1,b:2}"),
        ("{ (var.u) = 1 }", "?Variable(u)"),
        // resources
        ("r.one.set", "\"s\""),
        ("r.one.id", "?Computed(r.one.id)!"),
        ("r.one.kms", "?Computed(r.one.kms)"),
        ("r.many[1].n", "1"),
        ("r.many[*].n", "[0,1]"),
        ("length(r.many)", "2"),
        ("r.none[*].id", "[]"),
        ("one(r.none[*].id)", "null"),
        ("try(r.none[0].id, \"none\")", "\"none\""),
        ("r.nowhere.id", "?Invalid(r.nowhere is not declared)"),
        ("var.nowhere", "?Invalid(var.nowhere is not declared)"),
        ("path.module", "\".\""),
        ("terraform.workspace", "?Deployment(terraform.workspace)"),
        ("each.key", "?Invalid(each.key has no meaning here)"),
    ];
    for (expression, want) in cases {
        assert_eq!(evaluate(before, expression), want, "{expression}");
    }
}

#[test]
fn heredocs() {
    let text = "<<-EOT\n    one ${1}\n      two\n    EOT";
    assert_eq!(evaluate("", text), "\"one 1\\n  two\\n\"");
    let text = "<<EOT\n%{ for x in [1, 2] ~}\nx${x}\n%{ endfor ~}\nEOT";
    assert_eq!(evaluate("", text), "\"x1\\nx2\\n\"");
}

#[test]
fn variables_take_their_values_in_terraforms_order() {
    let main = r#"
        variable "a" { default = "default" }
        variable "b" { default = "default" }
        variable "c" { default = "default" }
        variable "d" { default = "default" }
        variable "e" { default = "default" }
        variable "f" { default = "default" }
        resource "t" "t" { v = [var.a, var.b, var.c, var.d, var.e, var.f] }
    "#;
    let same = |name: &str, from: &str| from.chars().map(|c| format!("{c} = \"{name}\"\n")).collect::<String>();
    let files = [
        ("main.tf", main.to_string()),
        ("terraform.tfvars", same("terraform", "bcdef")),
        ("b.auto.tfvars", same("b.auto", "def")),
        ("a.auto.tfvars", same("a.auto", "cdef")),
        ("given.tfvars", same("given", "ef")),
        ("unused.tfvars", same("unused", "abcdef")),
    ];
    let files: Vec<(&str, &str)> = files.iter().map(|(name, text)| (*name, text.as_str())).collect();
    let given = Given {
        var_files: vec!["/w/given.tfvars".into()],
        variables: [("f".to_string(), "line".to_string())].into(),
        environment: "abf".chars().map(|c| (c.to_string(), "env".to_string())).collect(),
        ..Given::default()
    };
    let estate = estate_with(&files, &given);
    assert_eq!(estate.at("t.t", "v"), r#"["env","terraform","a.auto","b.auto","given","line"]"#);
}

#[test]
fn variables_are_converted_to_their_type() {
    let cases = [
        ("bool", "\"true\"", "true"),
        ("string", "true", "\"true\""),
        ("number", "\"42\"", "42"),
        ("bool", "\"maybe\"", "?Invalid(a text where another type is declared)"),
        ("list(string)", "[1, true]", "[\"1\",\"true\"]"),
        ("set(string)", "[\"b\", \"a\", \"b\"]", "[\"a\",\"b\"]"),
        ("map(number)", "{ a = \"1\" }", "{a:1}"),
        ("tuple([string, bool])", "[1, \"true\"]", "[\"1\",true]"),
        ("object({ a = string })", "{ a = 1, b = 2 }", "{a:\"1\"}"),
        ("object({ a = string })", "{}", "?Invalid(attribute a is missing)"),
        ("object({ a = optional(string) })", "{}", "{a:null}"),
        ("object({ a = optional(bool, true) })", "{ a = null }", "{a:true}"),
        ("map(object({ a = optional(number, 7), b = optional(list(string), []) }))", "{ x = {} }", "{x:{a:7,b:[]}}"),
        ("any", "{ a = [1] }", "{a:[1]}"),
    ];
    for (kind, default, want) in cases {
        let before = format!("variable \"v\" {{\n type = {kind}\n default = {default}\n}}");
        assert_eq!(evaluate(&before, "var.v"), want, "{kind} {default}");
    }
    // On the command line, what is not a string is an expression.
    let main = "variable \"v\" { type = list(string) }\nresource \"t\" \"t\" { v = var.v }";
    let given = Given { variables: [("v".into(), "[\"x\"]".into())].into(), ..Given::default() };
    assert_eq!(estate_with(&[("main.tf", main)], &given).at("t.t", "v"), "[\"x\"]");
}

#[test]
fn a_null_that_is_not_allowed_is_the_default() {
    let main = r#"
        variable "a" {
          default  = "d"
          nullable = false
        }
        variable "b" { default = "d" }
        resource "t" "t" { v = [var.a, var.b] }
    "#;
    assert_eq!(estate(&[("main.tf", main), ("terraform.tfvars", "a = null\nb = null")]).at("t.t", "v"), "[\"d\",null]");
}

#[test]
fn instances_have_keys_in_their_addresses() {
    let main = r#"
        variable "u" {}
        variable "create" { default = false }
        resource "a" "count" {
          count = 2
          name  = "n-${count.index}"
        }
        resource "a" "set" {
          for_each = toset(["x", "y"])
          name     = "${each.key}${each.value}"
        }
        resource "a" "map" {
          for_each = { one = { size = 1 }, two = { size = 2 } }
          size     = each.value.size
        }
        resource "a" "conditional" { count = var.create ? 1 : 0 }
        resource "a" "unknown" {
          count = var.u
          name  = "n-${count.index}"
          fixed = true
        }
        resource "a" "unknown_each" {
          for_each = var.u
          name     = each.value.name
        }
        resource "t" "t" {
          map = a.map["two"].size
          all = { for k, v in a.map : k => v.size }
          len = length(a.unknown)
        }
    "#;
    let estate = estate(&[("main.tf", main)]);
    let want = [
        "a.count[0]",
        "a.count[1]",
        "a.set[\"x\"]",
        "a.set[\"y\"]",
        "a.map[\"one\"]",
        "a.map[\"two\"]",
        "a.unknown",
        "a.unknown_each",
        "t.t",
    ];
    assert_eq!(estate.addresses(), want);
    let cases = [
        ("a.count[1]", "name", "\"n-1\""),
        ("a.set[\"y\"]", "name", "\"yy\""),
        ("a.map[\"two\"]", "size", "2"),
        ("a.unknown", "name", "?Variable\"n-#\""),
        ("a.unknown", "fixed", "true"),
        ("a.unknown_each", "name", "?Variable(u)"),
        ("t.t", "map", "2"),
        ("t.t", "all", "{one:1,two:2}"),
        ("t.t", "len", "?Variable(u)!"),
    ];
    for (address, path, want) in cases {
        assert_eq!(estate.at(address, path), want, "{address} {path}");
    }
}

#[test]
fn blocks_are_lists_of_maps() {
    let main = r#"
        variable "u" {}
        variable "rules" {
          default = [{ port = 80, cidrs = ["10.0.0.0/8"] }, { port = 443, cidrs = [] }]
        }
        resource "a" "b" {
          logging { on = true }
          rule { port = 22 }
          dynamic "rule" {
            for_each = var.rules
            content {
              port = rule.value.port
              at   = rule.key
              dynamic "cidr" {
                for_each = rule.value.cidrs
                iterator = each_cidr
                content { block = each_cidr.value }
              }
            }
          }
          dynamic "unknown" {
            for_each = var.u
            content { a = 1 }
          }
          dynamic "perhaps" {
            for_each = var.u ? [1] : []
            content { a = perhaps.value }
          }
          dynamic "none" {
            for_each = []
            content { a = 1 }
          }
          tags = { a = 1 }
          lifecycle {
            prevent_destroy = true
            ignore_changes  = [tags["x"], engine]
          }
          provisioner "local-exec" { command = "true" }
        }
    "#;
    let estate = estate(&[("main.tf", main)]);
    let cases = [
        ("logging", "[{on:true}]"),
        ("rule", "[{port:22},{at:0,cidr:[{block:\"10.0.0.0/8\"}],port:80},{at:1,port:443}]"),
        ("unknown", "?Variable(u)"),
        ("perhaps", "?Condition(u)!{[{a:1}]|[]}"),
        ("lifecycle", "[{ignore_changes:[\"tags[\\\"x\\\"]\",\"engine\"],prevent_destroy:true}]"),
        ("provisioner", "[{command:\"true\",type:\"local-exec\"}]"),
    ];
    for (path, want) in cases {
        assert_eq!(estate.at("a.b", path), want, "{path}");
    }
    assert!(estate.resource("a.b").attributes.get("none").is_none());
}

#[test]
fn override_files_are_laid_over_the_others() {
    let main = r#"
        variable "v" {
          default = "main"
          type    = string
        }
        locals { l = "main" }
        resource "a" "b" {
          kept     = var.v
          replaced = "main"
          block { n = 1 }
          block { n = 2 }
          other { n = 3 }
          l = local.l
        }
    "#;
    let over = r#"
        variable "v" { default = "override" }
        locals { l = "override" }
        resource "a" "b" {
          replaced = "override"
          block { n = 9 }
        }
    "#;
    let last = "resource \"a\" \"b\" { replaced = \"last\" }";
    let estate = estate(&[("x_override.tf", last), ("override.tf", over), ("main.tf", main)]);
    let want = "{block:[{n:9}],kept:\"override\",l:\"override\",other:[{n:3}],replaced:\"last\"}";
    assert_eq!(estate.at("a.b", ""), want);
    assert_eq!(estate.built.resources.len(), 1);
}

#[test]
fn what_is_declared_twice_is_a_gap() {
    let two = "resource \"a\" \"b\" { v = 1 }";
    let estate = estate(&[("a.tf", two), ("b.tf", two)]);
    assert_eq!((estate.built.resources.len(), estate.gaps(GapKind::Unparsed)), (1, 1));
}

#[test]
fn providers_and_backends_are_resources() {
    let main = r#"
        terraform {
          required_version = ">= 1.5"
          backend "s3" {
            bucket  = "state"
            encrypt = true
          }
        }
        provider "aws" {
          region = "eu-west-1"
          default_tags { tags = { owner = "it", env = "prod" } }
        }
        provider "aws" {
          alias  = "us"
          region = "us-east-1"
        }
        resource "aws_a" "default" { tags = { env = "test" } }
        resource "aws_a" "bare" {}
        resource "aws_a" "us" {
          provider = aws.us
          tags     = { a = "b" }
        }
        moved {
          from = aws_a.old
          to   = aws_a.bare
        }
        import {
          to = aws_a.bare
          id = "x"
        }
        removed { from = aws_a.gone }
        check "health" {
          data "http" "up" { url = "https://example.org" }
          assert {
            condition     = data.http.up.status_code == 200
            error_message = "down"
          }
        }
    "#;
    let estate = estate(&[("deploy/main.tf", main)]);
    assert_eq!(
        estate.addresses(),
        [
            "terraform.backend.s3",
            "provider.aws",
            "provider.aws.us",
            "aws_a.default",
            "aws_a.bare",
            "aws_a.us",
            "data.http.up"
        ]
    );
    let cases = [
        ("terraform.backend.s3", "encrypt", "true"),
        ("provider.aws.us", "region", "\"us-east-1\""),
        ("aws_a.default", "tags_all", "{env:\"test\",owner:\"it\"}"),
        ("aws_a.bare", "tags_all", "{env:\"prod\",owner:\"it\"}"),
        ("aws_a.us", "tags_all", "{a:\"b\"}"),
        ("aws_a.us", "provider", "\"aws.us\""),
    ];
    for (address, path, want) in cases {
        assert_eq!(estate.at(address, path), want, "{address} {path}");
    }
    let resource = estate.resource("data.http.up");
    assert_eq!(
        (&*resource.kind, &*resource.scope.path, resource.scope.domain),
        ("data.http", "deploy", Domain::Terraform)
    );
    assert_eq!(&*estate.resource("provider.aws").kind, "provider.aws");
}

#[test]
fn json_syntax_means_the_same() {
    let json = r#"{
        "//": "a comment",
        "variable": {"v": {"type": "list(string)", "default": ["${x}"]}},
        "locals": {"l": "${upper(\"a\")}"},
        "provider": {"aws": [{"region": "r"}, {"alias": "us", "region": "u"}]},
        "resource": {
            "a": {"b": {"count": 2, "name": "n-${count.index}-${local.l}", "v": "${var.v}", "map": {"k-${1}": true}},
                  "ref": {"first": "${a.block.versioning[0].enabled}", "all": "${a.block.versioning[*].enabled}"},
                  "block": {"versioning": {"enabled": true}},
                  "dyn": {"dynamic": {"rule": {"for_each": [1, 2], "content": {"port": "${rule.value}"}}}}}
        },
        "output": {"o": {"value": "${a.b[0].name}"}}
    }"#;
    let estate = estate(&[("main.tf.json", json)]);
    assert_eq!(estate.addresses().len(), 7);
    assert_eq!(estate.at("a.ref", ""), "{all:[true],first:true}");
    assert_eq!(estate.at("a.b[1]", ""), "{map:{k-1:true},name:\"n-1-A\",v:[\"${x}\"]}");
    assert_eq!(estate.at("a.dyn", "rule"), "[{port:1},{port:2}]");
}

#[test]
fn cycles_are_named() {
    let before = "locals {\n a = local.b\n b = local.a\n ok = 1\n self = [local.self]\n}\nvariable \"v\" { default = var.v }\nresource \"r\" \"x\" { v = r.y.v }\nresource \"r\" \"y\" { v = r.x.v }";
    assert_eq!(evaluate(before, "local.a"), "?Cycle(a)");
    assert_eq!(evaluate(before, "local.self"), "[?Cycle(self)]");
    assert_eq!(evaluate(before, "var.v"), "?Cycle(v)");
    assert_eq!(evaluate(before, "r.x.v"), "?Cycle(r.x)");
    assert_eq!(evaluate(before, "local.ok"), "1");
}

#[test]
fn values_stand_in_the_resource_that_is_judged() {
    let main = r#"
        variable "rules" { default = [{ port = 80 }] }
        resource "a" "b" {
          plain = var.rules
          map   = { literal = "x", from = var.rules }
          dynamic "d" {
            for_each = var.rules
            content { port = d.value.port }
          }
        }
    "#;
    let estate = estate(&[("main.tf", main)]);
    assert_eq!(estate.text("a.b", "plain"), "var.rules");
    assert_eq!(estate.text("a.b", "plain.0.port"), "var.rules");
    assert_eq!(estate.text("a.b", "map.literal"), "\"x\"");
    assert_eq!(estate.text("a.b", "map.from.0.port"), "var.rules");
    assert_eq!(estate.text("a.b", "d.0.port"), "d.value.port");
}

#[test]
fn opentofu_files_and_variables_in_json() {
    let estate = estate(&[
        ("main.tf", "variable \"v\" {}\nresource \"t\" \"terraform\" {}"),
        ("main.tofu", "variable \"v\" {}\nresource \"t\" \"t\" { v = var.v }"),
        ("terraform.tfvars.json", "{\"v\": {\"a\": [\"${x}\", 1]}}"),
    ]);
    assert_eq!(estate.addresses(), ["t.t"]);
    assert_eq!(estate.at("t.t", "v"), "{a:[\"${x}\",1]}");
    assert_eq!(estate.built.used.len(), 3);
}

#[test]
fn what_exists_while_it_is_applied_only_is_not_known() {
    let cases = [
        ("ephemeral.random_password.p.result", "?Lookup(ephemeral.random_password.p)"),
        ("self.arn", "?Computed(self.arn)"),
    ];
    for (expression, want) in cases {
        assert_eq!(evaluate("", expression), want, "{expression}");
    }
}

#[test]
fn pipelines_end_in_what_they_are_made_of() {
    let main = r#"
        variable "u" {}
        variable "extra" { default = null }
        variable "buckets" {
          default = {
            records = { versioned = true, days = 3650, tags = { level = "high" } }
            images  = { versioned = false, tags = {} }
          }
        }
        locals {
          defaults = { days = 30, owner = "it" }
          merged   = { for name, b in var.buckets : name => merge(local.defaults, b) }
          pairs    = flatten([for name, b in local.merged : [for k, v in merge(b.tags, { name = name }) : { bucket = name, key = k, value = v }]])
          by_key   = { for p in local.pairs : "${p.bucket}.${p.key}" => p.value }
          kept     = [for name, b in local.merged : name if lookup(b, "versioned", false) && try(b.days, 0) > 365]
          rules    = concat([{ port = 443 }], var.extra == null ? [] : [{ port = var.extra }])
          level    = try(local.merged["records"].tags.level, local.merged["records"].level, "none")
          absent   = can(local.merged["images"].tags.level) ? "yes" : "no"
          sorted   = join(",", sort(distinct([for p in local.pairs : upper(p.key)])))
          sizes    = zipmap(keys(local.merged), [for b in values(local.merged) : b.days])
          nested   = { for b, ps in { for p in local.pairs : p.bucket => p.key... } : b => length(ps) }
          chosen   = coalesce(var.extra, lookup({ a = 1 }, "b", 2))
          text     = jsondecode(jsonencode({ list = [for k, v in local.sizes : { (k) = v }] })).list[1]
          rest     = slice(concat(range(3), [9]), 1, 4)
        }
        resource "t" "each" {
          for_each = { for name, b in local.merged : name => b if b.days > 30 }
          days     = each.value.days
          owner    = each.value.owner
        }
    "#;
    let local = |name: &str| evaluate(main, &format!("local.{name}"));
    for (name, want) in [
        ("merged.images", "{days:30,owner:\"it\",tags:{},versioned:false}"),
        ("pairs[0]", "{bucket:\"images\",key:\"name\",value:\"images\"}"),
        ("by_key", "{images.name:\"images\",records.level:\"high\",records.name:\"records\"}"),
        ("kept", "[\"records\"]"),
        ("rules", "[{port:443}]"),
        ("level", "\"high\""),
        ("absent", "\"no\""),
        ("sorted", "\"LEVEL,NAME\""),
        ("sizes", "{images:30,records:3650}"),
        ("nested", "{images:1,records:2}"),
        ("chosen", "2"),
        ("text", "{records:3650}"),
        ("rest", "[1,2,9]"),
    ] {
        assert_eq!(local(name), want, "{name}");
    }
    let estate = estate(&[("main.tf", main)]);
    assert_eq!(estate.addresses(), ["t.each[\"records\"]"]);
    assert_eq!(estate.at("t.each[\"records\"]", ""), "{days:3650,owner:\"it\"}");
}
