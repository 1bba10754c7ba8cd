//! What a person sees first: what was read, what was not, what fails and why, what could not be
//! known, how the law stands, and what to do next. It reads at 80 columns, piped and without colour.

mod findings;
mod seen;
mod summary;

use super::page::{BOLD, Page};
use super::{Options, TOOL, VERSION};
use crate::audit::Audit;
use crate::judge::Judged;

/// Makes the report.
///
/// # Errors
/// None.
pub fn render(audit: &Audit, options: Options) -> anyhow::Result<String> {
    if options.quiet {
        return Ok(findings::lines(audit, options));
    }
    let mut page = Page::new(options.width, options.color);
    title(audit, &mut page);
    seen::read(audit, options, &mut page);
    seen::not_seen(audit, options, &mut page);
    findings::failing(audit, options, &mut page);
    findings::unknown(audit, options, &mut page);
    findings::passing(audit, options, &mut page);
    summary::counts(audit, options, &mut page);
    summary::law(audit, &mut page);
    summary::accepted(audit, &mut page);
    summary::end(audit, options, &mut page);
    Ok(page.finish())
}

fn title(audit: &Audit, page: &mut Page) {
    let what = audit.paths.iter().map(|path| super::page::clean(path)).collect::<Vec<_>>().join(", ");
    page.text(0, &format!("{TOOL} {VERSION}: audit of {what}, {}", audit.today), BOLD);
}

/// The findings that people want to see.
fn shown(audit: &Audit, options: Options) -> impl Iterator<Item = &Judged> {
    audit.findings.iter().filter(move |judged| judged.finding.rule.severity >= options.min_severity)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn the_whole_report() {
        insta::assert_snapshot!(render(&sample::audit(), sample::OPTIONS).unwrap(), @r#"
        duecare 0.1.0: audit of clinic, 2026-11-21

        Read
          1 file: 1 Terraform; 1 other file is not of a kind that duecare audits
          5 resources, 4 rules
          left out by default or on request: clinic/.git

        Not seen: the audit is incomplete
          clinic/chart/templates/db.yaml
            a template that must be rendered before it means anything
            what helps: render it and audit the result: helm template CHART | duecare
                        audit -
          clinic/main.tf:7  expected a closing brace

          1 note (-v shows it)

        Not met: 3 requirements, 4 findings

          critical  RDS instances are not reachable from the internet
                    aws-rds-not-public
            aws_db_instance.ehr  clinic/main.tf:2
              observed  publicly_accessible = true
              expected  publicly_accessible is false
            aws_db_instance.x["�[31m[a](http://b) "]  clinic/main.tf:2
              observed  publicly_accessible = true
              expected  publicly_accessible is false
          law  GDPR Art. 32(1)(b); HIPAA 164.308(a)(4)(ii)(A), 164.312(e)(1)
          fix  Set publicly_accessible to false and reach the database from within the
               network.

          high  RDS instances encrypt their storage
                aws-rds-storage-encrypted
            aws_db_instance.ehr  clinic/main.tf:1
              observed  storage_encrypted is not set (default false)
              expected  storage_encrypted is true
          law  GDPR Art. 5(1)(f), Art. 25(1), Art. 32(1)(a), Art. 34(3)(a),
               Art. 35(7)(d); HIPAA 164.312(a)(2)(iv)
          fix  Set storage_encrypted to true; an existing instance is restored from an
               encrypted snapshot copy.

          medium  RDS instances keep their backups long enough
                  aws-rds-backup-retention
            aws_db_instance.ehr  clinic/main.tf:1
              observed  backup_retention_period is not set (default 0)
              expected  backup_retention_period is at least 7 (parameter days)
          law  GDPR Art. 5(1)(f), Art. 32(1)(c), Art. 35(7)(d); HIPAA 164.308(a)(7)(i),
               164.308(a)(7)(ii)(A), 164.310(d)(2)(iv)
          fix  Set backup_retention_period to the number of days that you need.

        Not known: 2 requirements, 2 findings
          times  because of                  such as
              2  a variable without a value  var.encrypt
          -v lists them
          what helps: --var NAME=VALUE and --var-file FILE give values to variables

        Findings by severity
                    fail  accepted  not known  pass
          critical     2         0          0     3
          high         1         1          1     2
          medium       1         1          1     0
          low          0         0          0     0
          info         0         0          0     0
          all          4         2          2     5

        The law
          GDPR   7 of 40 controls have machine evidence (7 with open findings), 23 need
                 a person's attestation, 10 not assessed
          HIPAA  6 of 71 controls have machine evidence (6 with open findings), 33 need
                 a person's attestation, 32 not assessed
          A finding is not a violation, and evidence is not a verdict: people decide
          both.

        Accepted
          failing findings that someone accepted: 1 ignored in the audited files, 1
          waived
          warning: clinic/main.tf:7: the ignore of CKV_AWS_17 ended on 2026-01-31

        exit 1: 3 failing findings at or above high
        The audit is also incomplete: 2 things were not seen (above)
        Next: duecare explain aws-rds-not-public
        "#);
    }

    #[test]
    fn an_audit_of_nothing_says_so() {
        insta::assert_snapshot!(render(&sample::empty(), sample::OPTIONS).unwrap(), @r#"
        duecare 0.1.0: audit of empty, 2026-11-21

        Read
          0 files
          0 resources, 4 rules

        Not seen: the audit is incomplete
          empty  there is nothing here that duecare audits
            what helps: name a directory with Terraform files, or use --host

        Nothing fails
          No rule applied to anything. What was not seen or not known is not a pass.

        The law
          GDPR   0 of 40 controls have machine evidence (0 with open findings), 23 need
                 a person's attestation, 17 not assessed
          HIPAA  0 of 71 controls have machine evidence (0 with open findings), 33 need
                 a person's attestation, 38 not assessed
          A finding is not a violation, and evidence is not a verdict: people decide
          both.

        exit 3: the audit is incomplete: 1 thing was not seen
        Next: duecare demo
        "#);
    }

    #[test]
    fn quiet_is_one_line_each() {
        let options = Options { quiet: true, ..sample::OPTIONS };
        insta::assert_snapshot!(render(&sample::audit(), options).unwrap(), @r#"
        clinic/chart/templates/db.yaml: not seen: a template that must be rendered before it means anything
        clinic/main.tf:7: not seen: expected a closing brace
        clinic/main.tf:2: critical aws-rds-not-public aws_db_instance.ehr: publicly_accessible = true; expected publicly_accessible is false
        clinic/main.tf:2: critical aws-rds-not-public aws_db_instance.x["�[31m[a](http://b) "]: publicly_accessible = true; expected publicly_accessible is false
        clinic/main.tf:1: high aws-rds-storage-encrypted aws_db_instance.ehr: storage_encrypted is not set (default false); expected storage_encrypted is true
        clinic/main.tf:1: medium aws-rds-backup-retention aws_db_instance.ehr: backup_retention_period is not set (default 0); expected backup_retention_period is at least 7 (parameter days)
        "#);
    }

    #[test]
    fn verbose_shows_what_passes_too() {
        let options = Options { verbose: true, ..sample::OPTIONS };
        let text = render(&sample::audit(), options).unwrap();
        assert!(text.contains("not ours: clinic/README.md"), "{text}");
        assert!(text.contains("Met: 2 requirements, 5 findings"), "{text}");
        assert!(text.contains("Not applicable: 1 requirement, 2 findings"), "{text}");
    }

    #[test]
    fn every_line_fits_and_holds_no_control_character() {
        for verbose in [false, true] {
            let text = render(&sample::audit(), Options { verbose, ..sample::OPTIONS }).unwrap();
            for line in text.lines() {
                assert!(line.chars().count() <= 80, "{line}");
                assert!(!line.contains(char::is_control), "{line:?}");
            }
        }
    }
}
