//! Modules: arguments in, outputs back, instances, and those that are not there.

use super::estate;
use crate::resource::GapKind;

const BUCKET: &str = r#"
    variable "name" { type = string }
    variable "encrypt" { default = true }
    resource "aws_s3_bucket" "b" {
      bucket  = var.name
      encrypt = var.encrypt
    }
    output "name" { value = aws_s3_bucket.b.bucket }
    output "arn" { value = aws_s3_bucket.b.arn }
"#;

#[test]
fn a_module_called_twice_is_evaluated_twice() {
    let main = r#"
        module "a" {
          source = "./modules/bucket"
          name   = "one"
        }
        module "b" {
          source  = "./modules/bucket"
          name    = "two-${module.a.name}"
          encrypt = "false"
        }
    "#;
    let estate = estate(&[("main.tf", main), ("modules/bucket/main.tf", BUCKET)]);
    assert_eq!(estate.addresses(), ["module.a.aws_s3_bucket.b", "module.b.aws_s3_bucket.b"]);
    assert_eq!(estate.at("module.a.aws_s3_bucket.b", ""), "{bucket:\"one\",encrypt:true}");
    assert_eq!(estate.at("module.b.aws_s3_bucket.b", ""), "{bucket:\"two-one\",encrypt:\"false\"}");
    assert_eq!(&*estate.resource("module.a.aws_s3_bucket.b").scope.path, ".");
    assert!(estate.built.gaps.is_empty(), "{:?}", estate.built.gaps);
}

#[test]
fn values_flow_down_and_up_two_levels() {
    let main = r#"
        module "outer" {
          source = "./outer"
          prefix = "p"
        }
        resource "t" "t" { v = module.outer.names }
    "#;
    let outer = r#"
        variable "prefix" {}
        module "inner" {
          source   = "../modules/bucket"
          for_each = { x = true, y = false }
          name     = "${var.prefix}-${each.key}"
          encrypt  = each.value
        }
        output "names" { value = { for k, m in module.inner : k => m.name } }
    "#;
    let estate = estate(&[("main.tf", main), ("outer/main.tf", outer), ("modules/bucket/main.tf", BUCKET)]);
    assert_eq!(estate.at("t.t", "v"), "{x:\"p-x\",y:\"p-y\"}");
    assert_eq!(estate.at("module.outer.module.inner[\"y\"].aws_s3_bucket.b", "encrypt"), "false");
    assert_eq!(estate.addresses().len(), 3);
}

#[test]
fn a_call_says_where_its_code_comes_from() {
    let main =
        "variable \"v\" {}\nmodule \"net\" {\n source = \"clinic/net/aws\"\n version = var.v\n secret = \"s\"\n}";
    let estate = estate(&[("main.tf", main)]);
    let expected = "{name:\"net\",source:\"clinic/net/aws\",source_type:\"registry\",version:?Variable(v)}";
    assert_eq!(estate.at("module.net", ""), expected);
}

#[test]
fn a_resource_of_unknown_number_says_so() {
    let estate = estate(&[("main.tf", "variable \"n\" {}\nresource \"r\" \"r\" {\n count = var.n\n a = 1\n}")]);
    assert_eq!(estate.at("r.r", ""), "{a:1,count:?Variable(n)}");
    assert!(estate.resource("r.r").stands_for_several());
}

#[test]
fn count_on_modules() {
    let main = r#"
        variable "u" {}
        module "two" {
          count  = 2
          source = "./b"
          name   = "n${count.index}"
        }
        module "none" {
          count  = 0
          source = "./b"
          name   = "x"
        }
        module "unknown" {
          count  = var.u
          source = "./b"
          name   = "n${count.index}"
        }
        resource "t" "t" {
          names    = module.two[*].name
          one      = module.two[1].name
          none     = one(module.none[*].name)
          tried    = try(module.none[0].name, "none")
          unknown  = module.unknown[0].arn
          unknowns = module.unknown[*].name
          invalid  = module.two.name
        }
    "#;
    let estate = estate(&[("main.tf", main), ("b/main.tf", BUCKET)]);
    let cases = [
        ("t.t", "names", "[\"n0\",\"n1\"]"),
        ("t.t", "one", "\"n1\""),
        ("t.t", "none", "null"),
        ("t.t", "tried", "\"none\""),
        ("t.t", "unknown", "?Variable(u)"),
        ("t.t", "unknowns", "?Variable(u)"),
        ("t.t", "invalid", "?Invalid(module.two has several instances)"),
        ("module.unknown.aws_s3_bucket.b", "bucket", "?Variable\"n#\""),
        ("module.unknown.aws_s3_bucket.b", "encrypt", "true"),
    ];
    for (address, path, want) in cases {
        assert_eq!(estate.at(address, path), want, "{address} {path}");
    }
    assert_eq!(estate.refs("t.t", "unknown"), ["module.unknown.aws_s3_bucket.b:arn"]);
}

#[test]
fn a_module_that_was_not_read_is_one_gap() {
    let main = r#"
        module "vpc" {
          source  = "terraform-aws-modules/vpc/aws"
          version = "5.0.0"
        }
        module "lost" { source = "./lost" }
        resource "t" "t" {
          a = module.vpc.vpc_id
          b = module.vpc.private_subnets[0]
          c = module.lost.x
          d = module.undeclared.x
        }
    "#;
    let estate = estate(&[("main.tf", main)]);
    assert_eq!(estate.at("t.t", "a"), "?Module(module.vpc.vpc_id)");
    assert_eq!(estate.at("t.t", "b"), "?Module(module.vpc.private_subnets)");
    assert_eq!(estate.at("t.t", "c"), "?Module(module.lost.x)");
    assert_eq!(estate.at("t.t", "d"), "?Invalid(module.undeclared is not declared)");
    let gaps = &estate.built.gaps;
    assert_eq!(estate.gaps(GapKind::Missing), 2);
    assert!(
        gaps[0].message.contains("terraform-aws-modules/vpc/aws") && gaps[0].hint.as_deref().unwrap().contains("init")
    );
    assert!(gaps[1].message.contains("./lost"), "{gaps:?}");
}

#[test]
fn installed_modules_are_found_by_their_manifest() {
    let main = "module \"m\" {\n source = \"registry/bucket/aws\"\n name = \"x\"\n}\nresource \"t\" \"t\" { v = module.m.name }";
    let manifest = r#"{"Modules": [{"Key": "", "Source": "", "Dir": "."},
        {"Key": "m", "Source": "registry.terraform.io/registry/bucket/aws", "Dir": ".terraform/modules/m"},
        {"Key": "m.inner", "Source": "git::x", "Dir": ".terraform/modules/m.inner"}]}"#;
    let m = format!("{BUCKET}\nmodule \"inner\" {{\n source = \"git::x\"\n}}\n");
    let estate = estate(&[
        ("main.tf", main),
        (".terraform/modules/modules.json", manifest),
        (".terraform/modules/m/main.tf", &m),
        (".terraform/modules/m.inner/main.tf", "resource \"i\" \"i\" {}"),
        (".terraform/modules/stale/main.tf", "resource \"s\" \"s\" {}"),
    ]);
    assert_eq!(estate.at("t.t", "v"), "\"x\"");
    assert_eq!(estate.addresses(), ["module.m.aws_s3_bucket.b", "module.m.module.inner.i.i", "t.t"]);
    assert!(estate.built.gaps.is_empty());
}

#[test]
fn a_module_that_calls_itself_ends() {
    let estate = estate(&[("main.tf", "module \"me\" {\n source = \"./\"\n count = 2\n}\nresource \"t\" \"t\" {}")]);
    assert!(estate.gaps(GapKind::Limit) > 0);
    assert!(!estate.built.resources.is_empty());
}

#[test]
fn modules_that_call_each_other_are_audited_from_the_first() {
    let call = |to: &str| format!("module \"m\" {{ source = \"../{to}\" }}\nresource \"t\" \"{to}\" {{}}");
    let estate = estate(&[("a/main.tf", &call("b")), ("b/main.tf", &call("a"))]);
    assert_eq!(estate.gaps(GapKind::Limit), 1);
    assert_eq!(&*estate.built.resources[0].scope.path, "a");
}

#[test]
fn directories_without_a_caller_are_roots_of_their_own() {
    let estate = estate(&[
        ("a/main.tf", "variable \"v\" {}\nresource \"t\" \"t\" { v = var.v }"),
        ("b/main.tf", "resource \"t\" \"t\" { v = 1 }"),
    ]);
    let scopes: Vec<_> = estate.built.resources.iter().map(|resource| &*resource.scope.path).collect();
    assert_eq!(scopes, ["a", "b"]);
}

#[test]
fn providers_are_handed_to_modules() {
    let main = r#"
        locals { region = "eu-west-1" }
        provider "aws" {
          region = local.region
          default_tags { tags = { from = "default" } }
        }
        provider "aws" {
          alias = "eu"
          default_tags { tags = { from = "eu" } }
        }
        module "plain" {
          source = "./m"
        }
        module "given" {
          source    = "./m"
          providers = { aws = aws.eu }
        }
    "#;
    let m = r#"
        variable "region" { default = null }
        data "aws_region" "here" {
          region = var.region
        }
        resource "aws_a" "b" {
          tags   = { x = 1 }
          region = data.aws_region.here.name
        }
    "#;
    let estate = estate(&[("main.tf", main), ("m/main.tf", m)]);
    let region = |provider: &str| estate.at(&format!("module.{provider}.aws_a.b"), "region");
    assert_eq!(
        (&*region("plain"), &*region("given")),
        ("\"eu-west-1\"", "?Lookup(module.given.data.aws_region.here.name)!")
    );
    assert_eq!(estate.at("module.plain.aws_a.b", "tags_all"), "{from:\"default\",x:1}");
    assert_eq!(estate.at("module.given.aws_a.b", "tags_all"), "{from:\"eu\",x:1}");
}

#[test]
fn arguments_are_converted_and_defaults_of_optional_members_apply() {
    let main = r#"
        module "m" {
          source = "./m"
          rules  = [{ port = "443" }, { port = 80, public = true }]
        }
    "#;
    let m = r#"
        variable "rules" {
          type = list(object({ port = number, public = optional(bool, false), note = optional(string) }))
        }
        resource "t" "t" {
          for_each = { for r in var.rules : r.port => r }
          public   = each.value.public
          note     = each.value.note
        }
    "#;
    let estate = estate(&[("main.tf", main), ("m/main.tf", m)]);
    assert_eq!(estate.at("module.m.t.t[\"443\"]", ""), "{note:null,public:false}");
    assert_eq!(estate.at("module.m.t.t[\"80\"]", ""), "{note:null,public:true}");
}

#[test]
fn a_module_audited_by_itself_says_which_variables_have_their_defaults() {
    let variables = "variable \"a\" { default = 1 }\nvariable \"b\" { default = 2 }\nvariable \"c\" {}\n";
    let said = |files: &[(&str, &str)]| {
        let estate = estate(files);
        let notes = estate.built.gaps.iter().filter(|gap| gap.kind == GapKind::Note);
        notes.map(|gap| gap.message.clone()).collect::<Vec<_>>()
    };
    assert_eq!(said(&[("m.tf", variables)]), ["audited by itself: a and 1 more variable have their defaults"]);
    assert_eq!(said(&[("m.tf", variables), ("terraform.tfvars", "a = 3")]), ["audited by itself: b has its default"]);
    // One that is called has what the call gives it.
    let call = "module \"m\" {\n source = \"./m\"\n}\n";
    assert_eq!(said(&[("main.tf", call), ("m/m.tf", variables)]), Vec::<String>::new());
}
