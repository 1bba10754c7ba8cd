use super::*;
use crate::model::Built;
use crate::model::testing::{at, build, find};
use crate::resource::GapKind;

/// What every template of the table begins with.
const HEAD: &str = "
Parameters:
  Free: {Type: String}
  Choice: {Type: String, AllowedValues: [a, b]}
  Only: {Type: String, AllowedValues: [x]}
  Env: {Type: String, Default: prod}
  Flag: {Type: String, Default: true}
  Version: {Type: String, Default: 1.10}
  Days: {Type: Number, Default: '30'}
  Subnets: {Type: CommaDelimitedList, Default: 's-1, s-2'}
  Zones: {Type: 'List<AWS::EC2::AvailabilityZone::Name>'}
  Secret: {Type: String, NoEcho: true, Default: hunter2}
  Image: {Type: 'AWS::SSM::Parameter::Value<String>', Default: /ami/latest}
Mappings:
  ByEnv:
    prod: {Days: 90, Same: yes-1, '12': n}
    dev: {Days: 7, Same: yes-1, '12': n}
Conditions:
  IsProd: !Equals [!Ref Env, prod]
  IsDev: !Not [!Condition IsProd]
  IsFree: !Equals [!Ref Free, x]
  IsC: !Equals [!Ref Choice, c]
  Both: !And [!Condition IsProd, {Condition: IsFree}]
  None: !And [!Condition IsDev, !Condition IsFree]
  Any: !Or [!Condition IsProd, !Condition IsFree]
  Circle: !Not [!Condition Circle]
  Prefixed: !Equals [!Sub 'a-${Free}', 'b-x']
Resources:
  Key: {Type: AWS::KMS::Key}
  Named: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${Env}-logs'}}
  Half: {Type: AWS::S3::Bucket, Properties: {BucketName: !Sub '${Free}-logs'}}
  R:
    Type: AWS::Test::Thing
    Properties:
      P: ";

fn value_of(written: &str, given: &[(&str, &str)]) -> String {
    let (built, _) = build(&MODEL, &[("t.yaml", &format!("{HEAD}{written}\n"))], given);
    at(&find(&built, "AWS::Test::Thing", "R").attributes, "P")
}

#[test]
fn values_are_evaluated_as_far_as_the_text_determines_them() {
    let table: &[(&str, &str)] = &[
        ("plain", r#""plain""#),
        ("[1, true, null]", "[1, true, null]"),
        // parameters
        ("!Ref Env", r#""prod""#),
        ("!Ref Flag", r#""true""#),
        ("!Ref Version", r#""1.10""#),
        ("!Ref Days", "30"),
        ("!Ref Subnets", r#"["s-1", "s-2"]"#),
        ("!Ref Zones", "?Parameter(Zones)!"),
        ("!Ref Secret", r#""hunter2""#),
        ("!Ref Image", "?Lookup(/ami/latest)!"),
        ("!Ref Free", "?Parameter(Free)!"),
        ("!Ref Choice", r#"?Parameter(Choice)!{"a"|"b"}"#),
        ("!Ref Only", r#""x""#),
        ("{Ref: Env}", r#""prod""#),
        ("!Ref Nothing", "?Invalid(Nothing is not declared)"),
        ("!Ref AWS::Region", "?Deployment(AWS::Region)!"),
        ("{a: !Ref AWS::NoValue, b: 1}", "{b: 1}"),
        ("[!Ref AWS::NoValue, 1]", "[1]"),
        // references
        ("!Ref Key", "?Computed(Key.Ref)! <- Key."),
        ("!Ref Named", r#""prod-logs" <- Named."#),
        ("!Ref Half", "?Parameter(Free)! *|-logs| <- Half."),
        ("!GetAtt Key.Arn", "?Computed(Key.Arn)! <- Key.Arn"),
        ("!GetAtt [Key, A.B]", "?Computed(Key.A.B)! <- Key.A.B"),
        ("{'Fn::GetAtt': [Key, Arn]}", "?Computed(Key.Arn)! <- Key.Arn"),
        ("!GetAtt Nothing.Arn", "?Invalid(Nothing is not declared)"),
        ("!GetAtt Key", "?Invalid(Fn::GetAtt takes a resource and an attribute)"),
        // Sub
        ("!Sub '${Env}-${!Literal}-${Days}'", r#""prod-${Literal}-30""#),
        ("!Sub ['${A}-${Env}', {A: !Ref Version}]", r#""1.10-prod""#),
        (
            "!Sub 'arn:${AWS::Partition}:s3:::${Named}/*'",
            "?Deployment(AWS::Partition)! arn:|*|:s3:::prod-logs/*| <- Named.",
        ),
        ("!Sub '${Key.Arn}'", "?Computed(Key.Arn)! *| <- Key.Arn"),
        ("!Sub 'a${AWS::NoValue}b'", r#""ab""#),
        ("{'Fn::Sub': !Rain::Embed run.sh}", "?Unsupported(Rain::Embed)"),
        ("{'Fn::Sub': {a: 1}}", "?Invalid(Fn::Sub takes a text)"),
        ("!Sub '${Subnets}'", "?Invalid(a list within a text)! *|"),
        ("!Sub 'open ${'", r#""open ${""#),
        ("!Sub '{{resolve:secretsmanager:${Env}}}'", r#""{{resolve:secretsmanager:prod}}""#),
        // texts and lists
        ("!Join ['-', [a, !Ref Env, 1.0]]", r#""a-prod-1.0""#),
        ("!Join [',', !Ref Subnets]", r#""s-1,s-2""#),
        ("!Join ['', [a, !Ref Free, b]]", "?Parameter(Free)! a|*|b|"),
        ("!Join ['', !Ref Zones]", "?Parameter(Zones)! *|"),
        ("!Split ['-', a-b-c]", r#"["a", "b", "c"]"#),
        ("!Split ['-', !Ref Free]", "?Parameter(Free)!"),
        ("!Select [1, !Ref Subnets]", r#""s-2""#),
        ("!Select ['0', [!Ref Free, b]]", "?Parameter(Free)!"),
        ("!Select [1, [!Ref Free, b]]", r#""b""#),
        ("!Select [9, [a]]", "?Invalid(Fn::Select's index is not in the list)"),
        ("!Select [0, !GetAZs '']", "?Lookup(availability zones)!"),
        ("!Select [1, !Cidr [10.0.0.0/16, 3, 8]]", r#""10.0.1.0/24""#),
        ("!Cidr [10.0.0.0/24, 2, 5]", r#"["10.0.0.0/27", "10.0.0.32/27"]"#),
        ("!Cidr [10.0.0.0/24, 9, 7]", "?Invalid(no such networks)"),
        ("!Cidr [!Ref Free, 2, 5]", "?Parameter(Free)!"),
        ("!Cidr ['2001:db8::/56', 2, 64]", r#"["2001:db8::/64", "2001:db8:0:1::/64"]"#),
        ("{'Fn::Length': !Ref Subnets}", "2"),
        ("{'Fn::ToJsonString': {a: !Ref Env, b: [1, true]}}", r#""{\"a\":\"prod\",\"b\":[1,true]}""#),
        ("!Base64 {'Fn::Sub': 'echo ${Env}'}", r#""echo prod""#),
        ("{UserData: IyEvYmluL3NoCmVjaG8gaGkK}", r##"{UserData: "#!/bin/sh\necho hi\n"}"##),
        ("!ImportValue other", "?Lookup(other)!"),
        ("{'Fn::Transform': {Name: Mine, Parameters: {}}}", "?Unsupported(Mine)"),
        ("{a: 1, 'Fn::Transform': {Name: AWS::Include}}", "?Unsupported(Fn::Transform)"),
        ("!Unheard of", "?Unsupported(Fn::Unheard)"),
        // mappings
        ("!FindInMap [ByEnv, !Ref Env, Days]", "90"),
        ("!FindInMap [ByEnv, dev, 12]", r#""n""#),
        ("!FindInMap [ByEnv, !Ref Free, Same]", r#""yes-1""#),
        ("!FindInMap [ByEnv, !Ref Free, Days]", "?Parameter(Free)!{90|7}"),
        ("!FindInMap [ByEnv, qa, Days]", "?Invalid(no such key in the mapping)"),
        ("!FindInMap [ByEnv, qa, Days, {DefaultValue: 5}]", "5"),
        ("!FindInMap [Missing, qa, Days, {DefaultValue: 5}]", "5"),
        ("!FindInMap [ByEnv, !Ref Free, Same, {DefaultValue: other}]", "?Parameter(Free)!{\"yes-1\"|\"other\"}"),
        // conditions
        ("!If [IsProd, a, b]", r#""a""#),
        ("!If [IsDev, a, b]", r#""b""#),
        ("!If [IsFree, a, b]", "?Condition(IsFree)!{\"a\"|\"b\"}"),
        ("!If [IsFree, a, a]", r#""a""#),
        ("!If [IsFree, a, !Ref AWS::NoValue]", "?Condition(IsFree){\"a\"|null}"),
        ("{k: !If [IsDev, a, !Ref AWS::NoValue]}", "{}"),
        ("!If [IsC, a, b]", r#""b""#),
        ("!If [Both, a, b]", "?Condition(Both)!{\"a\"|\"b\"}"),
        ("!If [None, a, b]", r#""b""#),
        ("!If [Any, a, b]", r#""a""#),
        ("!If [Circle, a, b]", "?Condition(Circle)!{\"a\"|\"b\"}"),
        ("!If [Prefixed, a, b]", r#""b""#),
        ("!If [Undeclared, a, b]", "?Condition(Undeclared)!{\"a\"|\"b\"}"),
        (
            "!If [IsFree, {on: true, n: 1}, {on: true, n: 2, m: 3}]",
            "{on: true, n: ?Condition(IsFree)!{1|2}, m: ?Condition(IsFree){3|null}}",
        ),
        ("!If [IsFree, [a, b], [a, c]]", r#"["a", ?Condition(IsFree)!{"b"|"c"}]"#),
        ("!If [IsFree, [a], [a, b]]", r#"?Condition(IsFree)!{["a"]|["a", "b"]}"#),
        ("[a, !If [IsFree, b, !Ref AWS::NoValue]]", r#"["a", ?Condition(IsFree){"b"|null}]"#),
        ("!If [IsFree, !Ref Key, x]", "?Condition(IsFree)!{?Computed(Key.Ref)! <- Key.|\"x\"} <- Key."),
    ];
    for (written, expected) in table {
        assert_eq!(value_of(written, &[]), *expected, "{written}");
    }
}

#[test]
fn given_parameters_come_first() {
    let given = [("Free", "x"), ("Days", "5"), ("Subnets", "a"), ("Env", "dev"), ("AWS::Region", "eu-west-1")];
    for (written, expected) in [
        ("!Ref Free", r#""x""#),
        ("!Ref Days", "5"),
        ("!Ref Subnets", r#"["a"]"#),
        ("!If [IsFree, a, b]", r#""a""#),
        ("!FindInMap [ByEnv, !Ref Env, Days]", "7"),
        ("!Sub '${AWS::Region}'", r#""eu-west-1""#),
    ] {
        assert_eq!(value_of(written, &given), expected, "{written}");
    }
}

fn built(files: &[(&str, &str)]) -> Built {
    build(&MODEL, files, &[]).0
}

fn addresses(built: &Built) -> Vec<&str> {
    built.resources.iter().map(|resource| &*resource.address).collect()
}

#[test]
fn only_templates_are_recognised() {
    for (text, count) in [
        ("Resources: {A: {Type: 'AWS::S3::Bucket'}}", 1),
        ("Resources: {A: {Type: 'Custom::Thing'}}", 1),
        ("AWSTemplateFormatVersion: '2010-09-09'", 1),
        ("Transform: AWS::Serverless-2016-10-31\nResources: {}", 1),
        ("Resources: {A: {Type: bucket}}", 0),
        ("Resources: [a]", 0),
        ("apiVersion: v1\nkind: Pod", 0),
        ("- a", 0),
    ] {
        assert_eq!(built(&[("t.yaml", text)]).used.len(), count, "{text}");
    }
}

#[test]
fn json_and_yaml_make_the_same_resources() {
    let json = r#"{"Resources": {"B": {"Type": "AWS::S3::Bucket", "Properties": {"Tags": [{"Value": {"Fn::Join": ["-", ["a", "b"]]}}]}}}}"#;
    let built = built(&[("t.json", json)]);
    assert_eq!(at(&find(&built, "AWS::S3::Bucket", "B").attributes, "Tags/0/Value"), r#""a-b""#);
    assert_eq!(&*built.resources[0].scope.path, "t.json");
}

#[test]
fn a_resource_spans_its_entry_and_keeps_what_stands_beside_its_properties() {
    let text = "Resources:\n  A:\n    Type: AWS::S3::Bucket\n    DeletionPolicy: Retain\n    DependsOn: [B]\n    Properties:\n      Metadata: own\n    Metadata: {x: 1}\n  B:\n    Type: AWS::S3::Bucket\n";
    let (built, sources) = build(&MODEL, &[("t.yaml", text)], &[]);
    let a = find(&built, "", "A");
    let place = sources.locate(a.span).unwrap();
    assert_eq!((place.line, place.column, place.end_line), (2, 3, 8));
    for (path, expected) in
        [("DeletionPolicy", r#""Retain""#), ("Metadata", r#""own""#), ("DependsOn/0", r#""B""#), ("Type", "-")]
    {
        assert_eq!(at(&a.attributes, path), expected, "{path}");
    }
    assert_eq!(at(&find(&built, "", "B").attributes, ""), "{}");
}

#[test]
fn a_resource_whose_condition_is_false_is_not_made() {
    let text = format!(
        "{HEAD}x\n  No: {{Type: 'A::B::C', Condition: IsDev}}\n  Yes: {{Type: 'A::B::C', Condition: IsProd}}\n  May: {{Type: 'A::B::C', Condition: IsFree}}\n"
    );
    assert_eq!(addresses(&built(&[("t.yaml", &text)])), ["Key", "Named", "Half", "R", "Yes", "May"]);
}

#[test]
fn loops_make_one_resource_for_each_item() {
    let text = "
Transform: AWS::LanguageExtensions
Parameters:
  Names: {Type: CommaDelimitedList, Default: 'A,B'}
  Free: {Type: CommaDelimitedList}
Conditions:
  'Fn::ForEach::Conditions':
    - X
    - [A, B]
    - 'Is${X}': !Equals [!Ref X, A]
Resources:
  'Fn::ForEach::Topics':
    - Name
    - !Ref Names
    - 'Topic${Name}':
        Type: AWS::SNS::Topic
        Properties:
          TopicName: !Sub '${Name}-topic'
          Other: !Ref Name
          Key: !GetAtt 'Key${Name}.Arn'
          'Fn::ForEach::Inner':
            - K
            - [P, Q]
            - '${K}On': !If ['Is${Name}', '${K}', other]
      'Key${Name}': {Type: AWS::KMS::Key, Condition: 'Is${Name}'}
  'Fn::ForEach::Addresses':
    - Ip
    - ['10.0.0.1']
    - 'Host&{Ip}': {Type: 'A::B::C', Properties: {Ip: '${Ip}'}}
  'Fn::ForEach::Unknown':
    - Name
    - !Ref Free
    - 'Q${Name}': {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub 'q-${Name}'}}
";
    let built = built(&[("t.yaml", text)]);
    assert_eq!(addresses(&built), ["TopicA", "KeyA", "TopicB", "Host10001", "Q*"]);
    for (address, path, expected) in [
        ("TopicA", "TopicName", r#""A-topic""#),
        ("TopicB", "Other", r#""B""#),
        ("TopicA", "Key", "?Computed(KeyA.Arn)! <- KeyA.Arn"),
        ("TopicA", "POn", r#""P""#),
        ("TopicB", "QOn", r#""other""#),
        ("Host10001", "Ip", r#""10.0.0.1""#),
        ("Q*", "QueueName", "?Parameter(Free)! q-|*|"),
    ] {
        assert_eq!(at(&find(&built, "", address).attributes, path), expected, "{address} {path}");
    }
}

#[test]
fn a_nested_stack_is_evaluated_with_what_its_parent_passes() {
    let parent = "
Parameters: {Encrypt: {Type: String, Default: 'true'}}
Resources:
  Db:
    Type: AWS::CloudFormation::Stack
    Properties:
      TemplateURL: ./nested/db.yaml
      Parameters: {Encrypted: !Ref Encrypt, Key: !GetAtt Key.Arn}
  Key: {Type: AWS::KMS::Key}
  App: {Type: 'A::B::C', Properties: {Db: !GetAtt Db.Outputs.Name, Gone: !GetAtt Db.Outputs.None}}
  Away: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: 'https://s3.amazonaws.com/x/y.yaml'}}
  Lost: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: lost.yaml}}
";
    let nested = "
Parameters: {Encrypted: {Type: String, Default: 'false'}, Key: {Type: String}}
Resources:
  Instance:
    Type: AWS::RDS::DBInstance
    Properties: {StorageEncrypted: !Ref Encrypted, KmsKeyId: !Ref Key, Other: !GetAtt Sg.Id, DBInstanceIdentifier: ehr}
  Sg: {Type: AWS::EC2::SecurityGroup}
Outputs: {Name: {Value: !Ref Instance}}
";
    let built = built(&[("app/parent.yaml", parent), ("app/nested/db.yaml", nested)]);
    assert_eq!(addresses(&built), ["Db", "Db.Instance", "Db.Sg", "Key", "App", "Away", "Lost"]);
    for (address, path, expected) in [
        ("Db.Instance", "StorageEncrypted", r#""true""#),
        ("Db.Instance", "KmsKeyId", "?Computed(Key.Arn)! <- Key.Arn"),
        ("Db.Instance", "Other", "?Computed(Sg.Id)! <- Db.Sg.Id"),
        ("App", "Db", r#""ehr" <- Db.Instance., Db.Outputs.Name"#),
        ("App", "Gone", "?Computed(Db.Outputs.None)! <- Db.Outputs.None"),
    ] {
        assert_eq!(at(&find(&built, "", address).attributes, path), expected, "{address} {path}");
    }
    assert!(built.resources.iter().all(|resource| &*resource.scope.path == "app/parent.yaml"));
    let gaps: Vec<_> = built.gaps.iter().map(|gap| (gap.kind, &*gap.message)).collect();
    assert_eq!(gaps.len(), 2, "{gaps:?}");
    assert!(gaps[0].0 == GapKind::Missing && gaps[0].1.contains("it is kept elsewhere"), "{gaps:?}");
    assert!(gaps[1].0 == GapKind::Missing && gaps[1].1.contains("not among what was audited"), "{gaps:?}");
    assert_eq!(built.used.len(), 2);
}

#[test]
fn nested_stacks_of_the_cdk_are_found_by_their_asset() {
    let parent = r#"{"Resources": {"N": {"Type": "AWS::CloudFormation::Stack",
        "Properties": {"TemplateURL": {"Fn::Join": ["", ["https://s3.", {"Ref": "AWS::URLSuffix"}, "/x"]]}},
        "Metadata": {"aws:asset:path": "n.nested.template.json", "aws:asset:property": "TemplateURL"}}}}"#;
    let nested = r#"{"Resources": {"B": {"Type": "AWS::S3::Bucket"}}}"#;
    let built = built(&[("cdk.out/app.template.json", parent), ("cdk.out/n.nested.template.json", nested)]);
    assert_eq!(addresses(&built), ["N", "N.B"]);
}

#[test]
fn stacks_that_deploy_each_other_end() {
    let stack = |other: &str| {
        format!(
            "Resources:\n  S: {{Type: AWS::CloudFormation::Stack, Properties: {{TemplateURL: {other}}}}}\n  B: {{Type: AWS::S3::Bucket}}\n"
        )
    };
    let built = built(&[("a.yaml", &stack("b.yaml")), ("b.yaml", &stack("a.yaml")), ("c.yaml", &stack("c.yaml"))]);
    assert_eq!(addresses(&built), ["S", "S.S", "S.B", "B", "S", "B"]);
    assert!(built.gaps.iter().all(|gap| gap.kind == GapKind::Limit), "{:?}", built.gaps);
}

#[test]
fn sam_merges_globals_and_makes_roles_and_tables() {
    let text = "
Transform: AWS::Serverless-2016-10-31
Parameters: {P: {Type: String}}
Globals:
  Function:
    Runtime: python3.12
    Timeout: 5
    Environment: {Variables: {A: 1, B: 2}}
    VpcConfig: {SecurityGroupIds: [sg-1], SubnetIds: !Ref X}
    Layers: [one]
  Api: {TracingEnabled: true}
Resources:
  F:
    Type: AWS::Serverless::Function
    Properties:
      Timeout: 9
      Environment: {Variables: {B: 3}}
      VpcConfig: {SubnetIds: [s]}
      Layers: [two]
      Policies: [{Statement: {Effect: Allow, Action: '*', Resource: '*'}}]
  G: {Type: AWS::Serverless::Function, IgnoreGlobals: [Timeout]}
  H: {Type: AWS::Serverless::Function, IgnoreGlobals: '*', Properties: {Role: r}}
  M:
    Type: AWS::Serverless::StateMachine
    Properties: {Policies: [AdministratorAccess, 'arn:aws:iam::1:policy/x', !Ref P, {S3ReadPolicy: {BucketName: b}}]}
  T: {Type: AWS::Serverless::SimpleTable, Properties: {SSESpecification: {SSEEnabled: true}}}
  I: {Type: AWS::Serverless::Api}
  J: {Type: 'A::B::C', Properties: {Role: !GetAtt FRole.Arn, Stage: !Ref I.Stage}}
";
    let built = built(&[("t.yaml", text)]);
    for (address, path, expected) in [
        ("F", "Runtime", r#""python3.12""#),
        ("F", "Timeout", "9"),
        ("F", "Environment/Variables", "{A: 1, B: 3}"),
        ("F", "VpcConfig", r#"{SecurityGroupIds: ["sg-1"], SubnetIds: ["s"]}"#),
        ("F", "Layers", r#"["one", "two"]"#),
        ("F", "Policies/0/Statement/0/Action", r#"["*"]"#),
        ("G", "Timeout", "-"),
        ("G", "Runtime", r#""python3.12""#),
        ("H", "", r#"{Role: "r"}"#),
        ("I", "TracingEnabled", "true"),
        (
            "FRole",
            "ManagedPolicyArns",
            r#"["arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole", "arn:aws:iam::aws:policy/service-role/AWSLambdaVPCAccessExecutionRole"]"#,
        ),
        ("FRole", "Policies/0/PolicyDocument/Statement/0/Action", r#"["*"]"#),
        ("FRole", "AssumeRolePolicyDocument/Statement/0/Principal", r#"{Service: ["lambda.amazonaws.com"]}"#),
        (
            "MRole",
            "ManagedPolicyArns",
            r#"["arn:aws:iam::aws:policy/AdministratorAccess", "arn:aws:iam::1:policy/x", ?Parameter(P)!]"#,
        ),
        ("MRole", "Policies/0/PolicyDocument", "?Unsupported(the policy template S3ReadPolicy of SAM)"),
        ("T", "BillingMode", r#""PAY_PER_REQUEST""#),
        ("T", "SSESpecification/SSEEnabled", "true"),
        ("J", "Role", "?Computed(FRole.Arn)! <- FRole.Arn"),
        ("J", "Stage", "?Computed(I.Stage)! <- I.Stage."),
    ] {
        let kind = if address == "T" { "AWS::DynamoDB::Table" } else { "" };
        assert_eq!(at(&find(&built, kind, address).attributes, path), expected, "{address} {path}");
    }
    assert_eq!(addresses(&built), ["F", "FRole", "G", "GRole", "H", "M", "MRole", "T", "T", "I", "J"]);
}

#[test]
fn policies_have_one_shape_wherever_they_stand() {
    let text = r#"
Resources:
  Role:
    Type: AWS::IAM::Role
    Properties:
      AssumeRolePolicyDocument: {Statement: {Effect: Allow, Principal: '*', Action: 'sts:AssumeRole'}}
      Policies: [{PolicyName: p, PolicyDocument: {Statement: [{Effect: Allow, Action: '*', Resource: !GetAtt Key.Arn}]}}]
  Key:
    Type: AWS::KMS::Key
    Properties:
      KeyPolicy: '{"Statement": {"Effect": "Allow", "Action": "kms:*", "Condition": {"Bool": {"a": true}}}}'
  Secret: {Type: AWS::SecretsManager::ResourcePolicy, Properties: {ResourcePolicy: {Statement: {Effect: Deny, NotPrincipal: {AWS: x}}}}}
"#;
    let built = built(&[("t.yaml", text)]);
    for (address, path, expected) in [
        ("Role", "AssumeRolePolicyDocument/Statement/0/Principal", r#"{AWS: ["*"]}"#),
        ("Role", "AssumeRolePolicyDocument/Statement/0/Action", r#"["sts:AssumeRole"]"#),
        ("Role", "Policies/0/PolicyDocument/Statement/0/Action", r#"["*"]"#),
        ("Role", "Policies/0/PolicyDocument/Statement/0/Resource", "?Computed(Key.Arn)! <- Key.Arn"),
        ("Key", "KeyPolicy/Statement/0/Action", r#"["kms:*"]"#),
        ("Key", "KeyPolicy/Statement/0/Condition", "{Bool: {a: [true]}}"),
        ("Secret", "ResourcePolicy/Statement/0/NotPrincipal", r#"{AWS: ["x"]}"#),
    ] {
        assert_eq!(at(&find(&built, "", address).attributes, path), expected, "{address} {path}");
    }
}

#[test]
fn values_point_at_the_resource_that_uses_them() {
    let text = "Parameters: {E: {Type: String, Default: 'no'}}\nResources:\n  A:\n    Type: A::B::C\n    Properties:\n      X: !Ref E\n      Y: {Z: !Sub '${E}'}\n";
    let (built, sources) = build(&MODEL, &[("t.yaml", text)], &[]);
    let attributes = &find(&built, "", "A").attributes;
    assert_eq!(sources.locate(attributes.get("X").unwrap().span).unwrap().line, 6);
    assert_eq!(sources.locate(attributes.at_path(&["Y", "Z"]).unwrap().span).unwrap().line, 7);
}

#[test]
fn what_is_missing_from_a_template_is_a_gap() {
    for (text, kind) in [
        ("Transform: [Mine]\nResources: {A: {Type: 'A::B::C'}}", GapKind::Missing),
        ("Transform: {Name: AWS::Include}\nResources: {A: {Type: 'A::B::C'}}", GapKind::Missing),
        ("Resources: {A: {Type: 'A::B::C'}, B: {}}", GapKind::Unparsed),
        ("Resources: {A: {Type: 'A::B::C'}, B: {Type: !Rain::Module x.yaml}}", GapKind::Missing),
        ("Resources: {A: {Type: 'A::B::C::MODULE'}}", GapKind::Missing),
        ("Resources: {A: {Type: 'A::B::C'}, 'Fn::Transform': {Name: X}}", GapKind::Missing),
    ] {
        let gaps: Vec<_> = built(&[("t.yaml", text)]).gaps.iter().map(|gap| gap.kind).collect();
        assert_eq!(gaps, [kind], "{text}");
    }
    let quiet = "Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]\nResources: {A: {Type: 'A::B::C'}}";
    assert!(built(&[("t.yaml", quiet)]).gaps.is_empty());
}

#[test]
fn hostile_templates_end() {
    // Names that refer to each other.
    let names = "Resources:\n  A: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref B}}\n  B: {Type: AWS::S3::Bucket, Properties: {BucketName: !Ref A}}\n";
    assert_eq!(built(&[("t.yaml", names)]).resources.len(), 2);
    // Each name uses the next twice: two to the power of the number of names.
    let doubling: String = (0..60)
        .map(|n| {
            format!("  A{n}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: !Sub '${{A{0}}}${{A{0}}}'}}}}\n", n + 1)
        })
        .collect();
    assert_eq!(built(&[("t.yaml", &format!("Resources:\n{doubling}"))]).resources.len(), 60);
    // Loops within loops: ten to the power of seven.
    let list = "[a, b, c, d, e, f, g, h, i, j]";
    let mut body = "{'R': {Type: 'A::B::C'}}".to_owned();
    for n in 0..7 {
        body = format!("{{'Fn::ForEach::L{n}': [X{n}, {list}, {body}]}}");
    }
    let built_loops = built(&[("t.yaml", &format!("AWSTemplateFormatVersion: x\nResources: {body}"))]);
    assert!(built_loops.gaps.iter().any(|gap| gap.kind == GapKind::Limit));
    // Names of names, each deep in functions.
    let chain: String = (0..20)
        .map(|n| {
            let (open, close) = ("{'Fn::Base64': ".repeat(45), "}".repeat(45));
            format!("  A{n}: {{Type: AWS::S3::Bucket, Properties: {{BucketName: {open}!Ref A{}{close}}}}}\n", n + 1)
        })
        .collect();
    assert_eq!(built(&[("t.yaml", &format!("Resources:\n{chain}"))]).resources.len(), 20);
    // Conditions of conditions.
    let conditions: String = (0..2_000).map(|n| format!("  C{n}: !Not [!Condition C{}]\n", n + 1)).collect();
    let text = format!("Conditions:\n{conditions}Resources: {{A: {{Type: 'A::B::C', Condition: C0}}}}\n");
    assert_eq!(built(&[("t.yaml", &text)]).resources.len(), 1);
    // Deep functions.
    let deep =
        format!("Resources: {{A: {{Type: 'A::B::C', Properties: {{P: {}1{}}}}}}}", "[".repeat(90), "]".repeat(90));
    assert_eq!(built(&[("t.yaml", &deep)]).resources.len(), 1);
}
