//! What values were computed from.

use super::estate;

#[test]
fn references_flow_through_everything() {
    let main = r#"
        variable "u" {}
        variable "key" { default = null }
        locals {
          key   = aws_kms_key.k.arn
          map   = { a = aws_kms_key.k.arn, b = "x" }
          names = [for b in aws_s3_bucket.each : b.id]
        }
        resource "aws_kms_key" "k" { policy = "p" }
        resource "aws_s3_bucket" "one" { bucket = "name" }
        resource "aws_s3_bucket" "many" { count = 2 }
        resource "aws_s3_bucket" "each" { for_each = toset(["a", "b"]) }
        resource "aws_s3_bucket" "unknown" { count = var.u }
        resource "aws_x" "y" {
          vpc_config { subnet_ids = [aws_subnet.s.id] }
        }
        resource "aws_subnet" "s" {}
        data "aws_caller_identity" "me" {}
        resource "t" "t" {
          direct      = aws_kms_key.k.arn
          literal     = aws_s3_bucket.one.bucket
          text        = "${aws_s3_bucket.one.arn}/*"
          conditional = var.key == null ? aws_kms_key.k.arn : var.key
          undecided   = var.u ? aws_kms_key.k.arn : null
          function    = lower(local.key)
          joined      = join(",", [aws_kms_key.k.arn, aws_s3_bucket.one.id])
          looked_up   = lookup(local.map, "a", null)
          not_looked  = lookup(local.map, "b", null)
          tried       = try(aws_kms_key.k.arn, "")
          merged      = merge(local.map, { c = 1 })
          first       = element(concat(aws_s3_bucket.many[*].id, [""]), 0)
          indexed     = aws_s3_bucket.many[1].id
          splat       = aws_s3_bucket.many[*].arn
          names       = local.names
          keyed       = aws_s3_bucket.each["a"].id
          values      = values(aws_s3_bucket.each)[*].id
          unknown     = aws_s3_bucket.unknown[0].arn
          unknowns    = aws_s3_bucket.unknown[*].arn
          whole       = aws_s3_bucket.one
          nested      = aws_x.y.vpc_config[0].subnet_ids[0]
          computed    = aws_x.y.vpc_config[0].vpc_id
          account     = data.aws_caller_identity.me.account_id
          prefixed    = resource.aws_kms_key.k.arn
          split       = split(":", aws_s3_bucket.one.bucket)[0]
        }
    "#;
    let estate = estate(&[("main.tf", main)]);
    let cases: &[(&str, &str, &[&str])] = &[
        ("direct", "?Computed(aws_kms_key.k.arn)!", &["aws_kms_key.k:arn"]),
        ("literal", "\"name\"", &["aws_s3_bucket.one:bucket"]),
        ("text", "?Computed\"#/*\"", &["aws_s3_bucket.one:arn"]),
        ("conditional", "?Computed(aws_kms_key.k.arn)!", &["aws_kms_key.k:arn"]),
        ("undecided", "?Condition(u){?Computed(aws_kms_key.k.arn)!|null}", &["aws_kms_key.k:arn"]),
        ("function", "?Computed(aws_kms_key.k.arn)!", &["aws_kms_key.k:arn"]),
        ("joined", "?Computed\"#,#\"", &["aws_kms_key.k:arn", "aws_s3_bucket.one:id"]),
        ("looked_up", "?Computed(aws_kms_key.k.arn)!", &["aws_kms_key.k:arn"]),
        ("not_looked", "\"x\"", &[]),
        ("tried", "?Computed(aws_kms_key.k.arn)!", &["aws_kms_key.k:arn"]),
        ("merged.a", "?Computed(aws_kms_key.k.arn)!", &["aws_kms_key.k:arn"]),
        ("first", "?Computed(aws_s3_bucket.many[0].id)!", &["aws_s3_bucket.many[0]:id"]),
        ("indexed", "?Computed(aws_s3_bucket.many[1].id)!", &["aws_s3_bucket.many[1]:id"]),
        ("splat.1", "?Computed(aws_s3_bucket.many[1].arn)!", &["aws_s3_bucket.many[1]:arn"]),
        ("names.0", "?Computed(aws_s3_bucket.each[\"a\"].id)!", &["aws_s3_bucket.each[\"a\"]:id"]),
        ("keyed", "?Computed(aws_s3_bucket.each[\"a\"].id)!", &["aws_s3_bucket.each[\"a\"]:id"]),
        ("values.1", "?Computed(aws_s3_bucket.each[\"b\"].id)!", &["aws_s3_bucket.each[\"b\"]:id"]),
        ("unknown", "?Variable(u)", &["aws_s3_bucket.unknown:arn"]),
        ("unknowns", "?Variable(u)", &["aws_s3_bucket.unknown:arn"]),
        ("whole", "{bucket:\"name\"}", &["aws_s3_bucket.one:"]),
        ("nested", "?Computed(aws_subnet.s.id)!", &["aws_subnet.s:id", "aws_x.y:vpc_config"]),
        ("computed", "?Computed(vpc_id)", &["aws_x.y:vpc_config"]),
        ("account", "?Lookup(data.aws_caller_identity.me.account_id)!", &["data.aws_caller_identity.me:account_id"]),
        ("prefixed", "?Computed(aws_kms_key.k.arn)!", &["aws_kms_key.k:arn"]),
        ("split", "\"name\"", &["aws_s3_bucket.one:bucket"]),
    ];
    for (path, value, refs) in cases {
        assert_eq!(estate.at("t.t", path), *value, "{path}");
        assert_eq!(estate.refs("t.t", path), *refs, "{path}");
    }
}

#[test]
fn references_know_the_instance_and_the_module() {
    let main = r#"
        module "m" {
          for_each = toset(["x"])
          source   = "./m"
          key      = aws_kms_key.root[0].arn
        }
        resource "aws_kms_key" "root" { count = 1 }
        resource "t" "t" {
          out  = module.m["x"].bucket
          all  = [for m in module.m : m.bucket]
          vals = values(module.m)[*].bucket
        }
    "#;
    let m = r#"
        variable "key" {}
        resource "aws_s3_bucket" "b" { key = var.key }
        output "bucket" { value = aws_s3_bucket.b.id }
    "#;
    let estate = estate(&[("main.tf", main), ("m/main.tf", m)]);
    let inner = "module.m[\"x\"].aws_s3_bucket.b";
    assert_eq!(estate.refs(inner, "key"), ["aws_kms_key.root[0]:arn"]);
    for path in ["out", "all.0", "vals.0"] {
        assert_eq!(estate.at("t.t", path), format!("?Computed({inner}.id)!"), "{path}");
        assert_eq!(estate.refs("t.t", path), [format!("{inner}:id")], "{path}");
    }
}
