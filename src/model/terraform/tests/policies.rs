//! Policies and other JSON, whichever way they get into an attribute.

use super::estate;

#[test]
fn json_is_a_structure_with_unknowns_in_their_place() {
    let main = r#"
        variable "u" {}
        resource "aws_s3_bucket" "b" {}
        locals {
          encoded = jsonencode({ Statement = [{ Effect = "Allow", Action = "s3:*", Resource = "${aws_s3_bucket.b.arn}/*" }] })
        }
        resource "a" "b" {
          policy = jsonencode({
            Version = "2012-10-17"
            Statement = [
              { Effect = "Allow", Action = ["s3:Get*"], Principal = "*", Resource = aws_s3_bucket.b.arn },
              { Effect = var.u, Action = "x" },
            ]
          })
          assume_role_policy = <<-EOF
            {
              "Version": "2012-10-17",
              "Statement": {
                "Effect": "Allow",
                "Action": "sts:AssumeRole",
                "Principal": { "Service": "ec2.amazonaws.com", "AWS": "${var.u}" },
                "Resource": "${aws_s3_bucket.b.arn}/*",
                "Condition": { "Bool": { "aws:SecureTransport": false } }
              }
            }
          EOF
          holes_policy          = "{\"Statement\": [${var.u}], \"a\": ${var.u}, \"b\": \"x${var.u}\"}"
          local_policy          = local.encoded
          either_policy         = var.u ? local.encoded : "{\"Statement\": []}"
          ssl_policy            = "ELBSecurityPolicy-2016-08"
          container_definitions = jsonencode([{ name = "app", environment = [] }])
          plain                 = jsonencode({ a = 1 })
          inline_policy {
            name   = "n"
            policy = local.encoded
          }
        }
    "#;
    let estate = estate(&[("main.tf", main)]);
    let local = "{Statement:[{Action:[\"s3:*\"],Effect:\"Allow\",Resource:[?Computed\"#/*\"]}]}";
    let cases = [
        (
            "policy.Statement.0",
            "{Action:[\"s3:Get*\"],Effect:\"Allow\",Principal:{AWS:[\"*\"]},Resource:?Computed(aws_s3_bucket.b.arn)!}",
        ),
        ("policy.Statement.1", "{Action:[\"x\"],Effect:?Variable(u)}"),
        (
            "assume_role_policy.Statement.0",
            "{Action:[\"sts:AssumeRole\"],Condition:{Bool:{aws:SecureTransport:[false]}},Effect:\"Allow\",\
             Principal:{AWS:?Variable(u)!,Service:[\"ec2.amazonaws.com\"]},Resource:[?Computed\"#/*\"]}",
        ),
        ("holes_policy", "{Statement:?Variable(u),a:?Variable(u),b:?Variable\"x#\"}"),
        ("local_policy", local),
        ("either_policy", &format!("?Condition(u)!{{{local}|{{Statement:[]}}}}")),
        ("ssl_policy", "\"ELBSecurityPolicy-2016-08\""),
        ("container_definitions", "[{environment:[],name:\"app\"}]"),
        ("plain", "\"{\\\"a\\\":1}\""),
        ("inline_policy.0.policy", local),
    ];
    for (path, want) in cases {
        assert_eq!(estate.at("a.b", path), want, "{path}");
    }
    assert_eq!(estate.refs("a.b", "policy.Statement.0.Resource"), ["aws_s3_bucket.b:arn"]);
    assert_eq!(estate.text("a.b", "policy.Statement.0.Effect"), "\"Allow\"");
}

#[test]
fn policy_documents_render_what_is_written_in_them() {
    let main = r#"
        resource "aws_s3_bucket" "b" {}
        data "aws_iam_policy_document" "base" {
          statement {
            sid       = "A"
            actions   = ["s3:GetObject"]
            resources = ["${aws_s3_bucket.b.arn}/&{aws:username}/*"]
          }
          statement {
            sid           = "B"
            effect        = "Deny"
            not_actions   = ["s3:Put*"]
            not_resources = ["x"]
            principals {
              type        = "*"
              identifiers = ["*"]
            }
            principals {
              type        = "Service"
              identifiers = ["ec2.amazonaws.com"]
            }
            condition {
              test     = "Bool"
              variable = "aws:SecureTransport"
              values   = ["false"]
            }
            condition {
              test     = "Bool"
              variable = "aws:Other"
              values   = ["true"]
            }
          }
        }
        data "aws_iam_policy_document" "merged" {
          source_policy_documents   = [data.aws_iam_policy_document.base.json]
          override_policy_documents = [jsonencode({ Statement = { Sid = "B", Effect = "Allow", Action = "o:O" } })]
          statement {
            sid     = "A"
            actions = ["own:Own"]
          }
          statement { actions = ["c:C"] }
        }
        resource "aws_s3_bucket_policy" "p" {
          bucket = aws_s3_bucket.b.id
          policy = data.aws_iam_policy_document.base.json
        }
        resource "aws_s3_bucket_policy" "m" { policy = data.aws_iam_policy_document.merged.json }
    "#;
    let estate = estate(&[("main.tf", main)]);
    let p = "aws_s3_bucket_policy.p";
    let cases = [
        ("policy.Version", "\"2012-10-17\""),
        (
            "policy.Statement.0",
            "{Action:[\"s3:GetObject\"],Effect:\"Allow\",Resource:[?Computed\"#/${aws:username}/*\"],Sid:\"A\"}",
        ),
        (
            "policy.Statement.1",
            "{Condition:{Bool:{aws:Other:[\"true\"],aws:SecureTransport:[\"false\"]}},Effect:\"Deny\",NotAction:[\"s3:Put*\"],\
             NotResource:[\"x\"],Principal:{AWS:[\"*\"],Service:[\"ec2.amazonaws.com\"]},Sid:\"B\"}",
        ),
    ];
    for (path, want) in cases {
        assert_eq!(estate.at(p, path), want, "{path}");
    }
    assert!(estate.text(p, "policy.Statement.1").starts_with("statement {\n            sid           = \"B\""));
    assert_eq!(estate.text(p, "policy.Statement.0.Action"), "[\"s3:GetObject\"]");
    assert!(estate.refs(p, "policy").contains(&"data.aws_iam_policy_document.base:json".to_string()));
    assert!(estate.refs(p, "policy").contains(&"aws_s3_bucket.b:arn".to_string()));
    assert_eq!(
        estate.at("aws_s3_bucket_policy.m", "policy.Statement"),
        "[{Action:[\"own:Own\"],Effect:\"Allow\",Sid:\"A\"},{Action:[\"o:O\"],Effect:\"Allow\",Sid:\"B\"},\
         {Action:[\"c:C\"],Effect:\"Allow\"}]"
    );
}

#[test]
fn a_source_that_is_not_known_hides_no_statement_that_is() {
    let main = r#"
        variable "u" {}
        data "aws_iam_policy_document" "d" {
          source_policy_documents = [var.u]
          statement { actions = ["c:C"] }
        }
        data "aws_iam_policy_document" "o" {
          override_policy_documents = [var.u]
          statement { actions = ["c:C"] }
        }
        resource "a" "b" {
          policy       = data.aws_iam_policy_document.d.json
          other_policy = data.aws_iam_policy_document.o.json
        }
    "#;
    let estate = estate(&[("main.tf", main)]);
    assert_eq!(estate.at("a.b", "policy.Statement"), "[?Variable(u)!,{Action:[\"c:C\"],Effect:\"Allow\"}]");
    assert_eq!(estate.at("a.b", "other_policy"), "?Variable(u)!");
}

#[test]
fn policies_come_out_of_modules_and_go_through_files() {
    let main = r#"
        module "p" { source = "./p" }
        resource "a" "b" {
          policy          = module.p.json
          file_policy     = file("${path.module}/policy.json.txt")
          template_policy = templatefile("policy.tpl", { bucket = "b", actions = ["x:Y", "x:Z"] })
        }
    "#;
    let estate = estate(&[
        ("main.tf", main),
        (
            "p/main.tf",
            "data \"aws_iam_policy_document\" \"d\" {\n statement {\n actions = [\"x:Y\"]\n }\n}\noutput \"json\" { value = data.aws_iam_policy_document.d.json }",
        ),
        ("policy.json.txt", "{\"Statement\": {\"Action\": \"f:F\"}}"),
        (
            "policy.tpl",
            "{\"Statement\": [%{ for i, a in actions }%{ if i > 0 },%{ endif }{\"Action\": \"${a}\", \"Resource\": \"${bucket}\"}%{ endfor }]}",
        ),
    ]);
    assert_eq!(estate.at("a.b", "policy.Statement"), "[{Action:[\"x:Y\"],Effect:\"Allow\"}]");
    assert_eq!(estate.at("a.b", "file_policy.Statement"), "[{Action:[\"f:F\"]}]");
    assert_eq!(
        estate.at("a.b", "template_policy.Statement"),
        "[{Action:[\"x:Y\"],Resource:[\"b\"]},{Action:[\"x:Z\"],Resource:[\"b\"]}]"
    );
}

#[test]
fn google_policies() {
    let main = r#"
        data "google_iam_policy" "p" {
          binding {
            role    = "roles/viewer"
            members = ["allUsers"]
          }
        }
        resource "google_storage_bucket_iam_policy" "b" { policy_data = data.google_iam_policy.p.policy_data }
    "#;
    let estate = estate(&[("main.tf", main)]);
    let address = "google_storage_bucket_iam_policy.b";
    assert_eq!(estate.at(address, "policy_data.bindings"), "[{members:[\"allUsers\"],role:\"roles/viewer\"}]");
}
