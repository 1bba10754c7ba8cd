//! Waivers: findings that the organisation accepts for a time, kept in a file of the operator's.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One accepted finding, or one kind of them.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Waiver {
    /// The rule, by id, alias or another tool's id.
    pub rule: String,
    /// Address of the resource, `*` at its end for all that begin so. All resources when absent.
    #[serde(default)]
    pub resource: Option<String>,
    /// Path of the file, as the audit prints it; `*` at its end as above. All files when absent.
    #[serde(default)]
    pub path: Option<String>,
    /// Why.
    pub reason: String,
    /// Who accepts it.
    pub by: String,
    /// Last day on which it holds (UTC).
    pub until: Date,
}

impl Waiver {
    /// Reads a file of waivers: a YAML list.
    pub fn read(text: &str) -> Result<Vec<Waiver>, String> {
        let waivers: Vec<Waiver> = serde_yaml::from_str(text).map_err(|error| error.to_string())?;
        match waivers.iter().find(|waiver| waiver.reason.trim().is_empty() || waiver.by.trim().is_empty()) {
            Some(waiver) => Err(format!("the waiver of {} needs `reason` and `by`", waiver.rule)),
            None => Ok(waivers),
        }
    }

    /// True if it is about this resource in this file.
    pub fn covers(&self, address: &str, path: &str) -> bool {
        let fits = |pattern: &Option<String>, text: &str| match pattern {
            None => true,
            Some(pattern) => pattern.strip_suffix('*').map_or(pattern == text, |start| text.starts_with(start)),
        };
        fits(&self.resource, address) && fits(&self.path, path)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_waiver_says_who_why_and_until_when() {
        let whole = "- { rule: r, resource: 'aws_s3_bucket.*', reason: moves, by: CISO, until: 2027-01-31 }";
        let waivers = Waiver::read(whole).unwrap();
        assert!(waivers[0].covers("aws_s3_bucket.a", "main.tf"));
        assert!(!waivers[0].covers("aws_db_instance.a", "main.tf"));
        assert!(Waiver::read("- { rule: r, reason: x, until: 2027-01-31 }").unwrap_err().contains("by"));
        assert!(Waiver::read("- { rule: r, reason: ' ', by: a, until: 2027-01-31 }").is_err());
    }
}
