//! `duecare explain`: what a name means, whatever kind of name it is: a rule, another tool's check, a
//! control of a law, a safeguard or a concept.

mod law;
mod rule;

use anyhow::bail;

use crate::cli::{Explain, Global};
use crate::framework::{Control, Framework, Law};
use crate::out;
use crate::report::page::{DIM, PLAIN, Page, STEP, clean};
use crate::rule::load::Overrides;
use crate::rule::pack::{Card, Pack};

/// Runs it.
pub fn run(args: &Explain, global: &Global) -> anyhow::Result<u8> {
    let law = super::law()?;
    let pack = super::pack(&args.rules, &law, Overrides::default())?;
    let mut page = super::page(global);
    explain(args.name.trim(), &law, &pack, global.verbose, &mut page)?;
    out::stdout(&page.finish())?;
    Ok(0)
}

fn explain(name: &str, law: &Law, pack: &Pack, verbose: bool, page: &mut Page) -> anyhow::Result<()> {
    let rules = rules(name, pack);
    if let [index] = rules.as_slice() {
        let rule = pack.rule_with_examples(*index).map_err(anyhow::Error::msg)?;
        rule::write(&rule, law, verbose, page);
    } else if !rules.is_empty() {
        several(name, rules.iter().filter_map(|index| pack.cards().nth(*index)), page);
    } else if let Some((framework, control)) = law.control(name) {
        law::control(framework, control, law, pack, page);
    } else if let Some(safeguard) = law.safeguard(name) {
        law::safeguard(safeguard, law, pack, page);
    } else {
        let beneath = beneath(name, law);
        if beneath.is_empty() {
            bail!("{}", unknown(name, law, pack));
        }
        law::several(name, &beneath, page);
    }
    Ok(())
}

/// Indexes of the rules with this id, alias, other tool's id or concept.
fn rules(name: &str, pack: &Pack) -> Vec<usize> {
    let cards = || pack.cards().enumerate();
    if let Some((index, _)) = cards().find(|(_, card)| card.id == name) {
        return vec![index];
    }
    let named = |card: &Card| card.answers_to(name) || card.concepts.iter().any(|concept| concept == name);
    cards().filter(|(_, card)| named(card)).map(|(index, _)| index).collect()
}

fn several<'a>(name: &str, cards: impl Iterator<Item = &'a Card>, page: &mut Page) {
    let rows: Vec<Vec<String>> =
        cards.map(|card| vec![card.id.to_string(), card.severity.to_string(), card.title.to_string()]).collect();
    page.heading(&format!("{} rules answer to {}", rows.len(), clean(name)));
    page.table(STEP, &["rule", "severity", "title"], &rows, 2);
    page.blank();
    page.text(0, "Next: duecare explain RULE", PLAIN);
}

/// The controls whose citation begins with `name`, `164.312`, or whose law it names, `hipaa`.
fn beneath<'a>(name: &str, law: &'a Law) -> Vec<(&'a Framework, &'a Control)> {
    let plain = |s: &str| -> String {
        s.to_lowercase().chars().filter(|c| !c.is_whitespace() && !matches!(c, '.' | '§' | '-')).collect()
    };
    let wanted = plain(name);
    // "164.312" begins the control 164.312(d), and "art-3" does not begin art-32: a number ends there.
    let begins = |id: &str| {
        let whole = |rest: &str| rest.is_empty() || rest.starts_with('(');
        plain(id).strip_prefix(&*wanted).is_some_and(whole)
    };
    let named = |f: &Framework, c: &Control| {
        let framework = plain(&f.short) == wanted || plain(&f.id) == wanted;
        framework || begins(&c.id) || begins(&format!("{}{}", f.short, c.cited()))
    };
    let all = law.frameworks.iter().flat_map(|f| f.controls.iter().map(move |c| (f, c)));
    all.filter(|(f, c)| !wanted.is_empty() && named(f, c)).collect()
}

/// Why there is nothing to explain, and what was probably meant.
fn unknown(name: &str, law: &Law, pack: &Pack) -> String {
    let mut names: Vec<String> = law.safeguards.iter().map(|safeguard| safeguard.id.clone()).collect();
    names.extend(law.frameworks.iter().flat_map(|f| f.controls.iter().map(|c| c.id.clone())));
    for card in pack.cards() {
        names.push(card.id.to_string());
        names.extend(card.aliases.iter().chain(card.concepts.iter()).map(ToString::to_string));
        names.extend(card.peers.iter().filter_map(|peer| Some(peer.split_once(':')?.1.to_owned())));
    }
    let lower = name.to_lowercase();
    let near = names.iter().map(|known| (strsim::jaro_winkler(&lower, &known.to_lowercase()), known));
    let near = near.max_by(|a, b| a.0.total_cmp(&b.0)).filter(|(score, _)| *score > 0.8);
    let meant = near.map(|(_, known)| format!("; did you mean `{known}`?")).unwrap_or_default();
    format!(
        "there is no rule, control, safeguard or other tool's check `{}`{meant}\n\n  duecare rules list\n  duecare controls list",
        clean(name)
    )
}

/// A heading with its text beneath.
fn section(heading: &str, text: &str, page: &mut Page) {
    if !text.trim().is_empty() {
        page.heading(heading);
        page.text(STEP, &text.split_whitespace().collect::<Vec<_>>().join(" "), PLAIN);
    }
}

/// "A plain description for orientation."
fn orientation(page: &mut Page) {
    page.blank();
    page.text(0, "A plain description for orientation; the text of the law decides.", DIM);
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn shown(name: &str) -> String {
        let law = Law::built_in().unwrap();
        let mut page = Page::new(80, false);
        match explain(name, &law, &sample::pack(&law), false, &mut page) {
            Ok(()) => page.finish(),
            Err(error) => format!("error: {error}"),
        }
    }

    #[test]
    fn a_rule_is_explained_by_its_id_and_by_another_tools() {
        insta::assert_snapshot!(shown("aws-rds-backup-retention"), @r#"
        RDS instances keep their backups long enough
        aws-rds-backup-retention

          severity   medium
          safeguard  Backup (backup)

        Why
          Without backups a mistake or an attack is final.

        Fix
          Set backup_retention_period to the number of days that you need.

        What is checked
          aws_db_instance
            unless    storage_encrypted is set
            expected  backup_retention_period is at least 7 (parameter days)
            not set   backup_retention_period counts as 0

        Parameters
          days = 7  Days for which backups are kept (default of: AWS Foundational
                    Security Best Practices)
          The law names no number. Set your own in duecare.yaml:
            parameters: { aws-rds-backup-retention: { NAME: VALUE } }

        The law it serves
          GDPR Art. 5(1)(f)           Integrity and confidentiality (required)
          GDPR Art. 32(1)(c)          Timely restoration (risk-based)
          GDPR Art. 35(7)(d)          Measures in the assessment (required)
          HIPAA 164.308(a)(7)(i)      Contingency plan (standard)
          HIPAA 164.308(a)(7)(ii)(A)  Data backup plan (required)
          HIPAA 164.310(d)(2)(iv)     Data backup and storage (addressable)

        Fails (terraform)
            resource "aws_db_instance" "a" {}

        Passes (terraform)
            resource "aws_db_instance" "a" { backup_retention_period = 14 }
        "#);
        assert_eq!(shown("CKV_AWS_17"), shown("aws-rds-not-public"));
        assert_eq!(shown("checkov:ckv_aws_17"), shown("aws-rds-not-public"));
        assert_eq!(shown("aws.rds.public_access"), shown("aws-rds-not-public"));
    }

    #[test]
    fn a_control_says_what_a_person_must_add() {
        insta::assert_snapshot!(shown("164.312(a)(2)(iv)"), @r#"
        HIPAA 164.312(a)(2)(iv): Encryption and decryption
        HIPAA Security Rule, 45 CFR Part 164, Subpart C

          binding         addressable: done if it is reasonable and appropriate; if not,
                          the reason and what is done instead are written down (45 CFR
                          164.306(d)(3))
          seen by a scan  full: for the systems that were read, configuration alone
                          shows the mechanism
          part of         164.312(a)(1)

        What it asks for
          Stored health information is unreadable to outsiders and can be made readable
          again by those entitled to it.

        What a person must add
          Name stores outside the scan, and who holds the keys. For a store that is not
          encrypted, add the decision record with the measure that takes its place.

        Safeguards that serve it
          Encryption at rest (encryption-at-rest): 2 rules
            aws-rds-storage-encrypted
            aws-sqs-encrypted
          Management of encryption keys (key-management): 0 rules
          Rotation of encryption keys (key-rotation): 0 rules

        A plain description for orientation; the text of the law decides.
        "#);
        assert_eq!(shown("HIPAA 164.312(a)(2)(iv)"), shown("164.312(a)(2)(iv)"));
        assert_eq!(shown("Art. 32(1)(a)"), shown("art-32(1)(a)"));
    }

    #[test]
    fn a_safeguard_has_rules_and_controls() {
        insta::assert_snapshot!(shown("backup"), @r#"
        Backup
        safeguard backup

        What its rules look for
          Data stores and systems with health data are copied regularly by a configured
          and running backup.

        The law it serves
          control                     title                      binding      coverage
          GDPR Art. 5(1)(f)           Integrity and              required     partial
                                      confidentiality
          GDPR Art. 32(1)(c)          Timely restoration         risk-based   partial
          GDPR Art. 35(7)(d)          Measures in the            required     partial
                                      assessment
          HIPAA 164.308(a)(7)(i)      Contingency plan           standard     partial
          HIPAA 164.308(a)(7)(ii)(A)  Data backup plan           required     partial
          HIPAA 164.310(d)(2)(iv)     Data backup and storage    addressable  partial

        1 rule
          rule                      severity  title
          aws-rds-backup-retention  medium    RDS instances keep their backups long
                                              enough
        "#);
    }

    #[test]
    fn a_part_of_a_citation_names_the_controls_beneath() {
        let text = shown("164.312");
        assert!(text.contains("164.312(d)") && !text.contains("164.310"), "{text}");
        assert!(shown("art-3").starts_with("error"), "{}", shown("art-3"));
        assert!(shown("gdpr").contains("40 controls beneath gdpr"), "{}", shown("gdpr"));
    }

    #[test]
    fn an_unknown_name_says_what_was_probably_meant() {
        insta::assert_snapshot!(shown("aws-rds-storage-encrypt"), @r#"
        error: there is no rule, control, safeguard or other tool's check `aws-rds-storage-encrypt`; did you mean `aws-rds-storage-encrypted`?

          duecare rules list
          duecare controls list
        "#);
    }
}
