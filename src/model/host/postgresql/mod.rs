//! PostgreSQL: the settings of each cluster and the records of its pg_hba.conf.
//!
//! <https://www.postgresql.org/docs/current/config-setting.html>: of a setting that stands several times the last
//! counts; postgresql.auto.conf in the data directory is read after everything else.

mod config;
mod hba;
#[cfg(test)]
mod tests;

use crate::model::Built;
use crate::model::host::view::View;
use crate::model::host::{files, glob};
use crate::resource::Scope;
use crate::source::Span;
use crate::value::{Reason, Value};
use config::Settings;

/// Where distributions and images have the main file.
const CONFIGURATIONS: [&str; 4] = [
    "/etc/postgresql/*/*/postgresql.conf",
    "/var/lib/pgsql/data/postgresql.conf",
    "/var/lib/pgsql/*/data/postgresql.conf",
    "/var/lib/postgresql/data/postgresql.conf",
];

/// Adds the resources of every cluster of a host.
pub fn probe(view: &dyn View, scope: &Scope, built: &mut Built) {
    for pattern in CONFIGURATIONS {
        for file in glob::expand(view, pattern).paths {
            cluster(view, &file, scope, built);
        }
    }
}

/// Adds the resources of a file in a repository: postgresql.conf, or pg_hba.conf that none was read for.
pub fn judge(view: &dyn View, file: &str, is_part: bool, scope: &Scope, built: &mut Built) {
    if is_part {
        hba::records(view, file, "postgresql", scope, built);
    } else {
        cluster(view, file, scope, built);
    }
}

fn cluster(view: &dyn View, file: &str, scope: &Scope, built: &mut Built) {
    let place = view.mark(file);
    let debian = file.strip_prefix("/etc/postgresql/").and_then(|rest| rest.strip_suffix("/postgresql.conf"));
    let debian = debian.filter(|cluster| cluster.contains('/') && view.is_whole());
    let address = debian.map_or_else(|| "postgresql".to_owned(), |cluster| format!("postgresql/{cluster}"));
    let directory = file.rsplit_once('/').map_or("", |(directory, _)| directory);
    let mut settings = Settings::new(view);
    settings.file(file, place, 0, false);
    let data = settings.text("data_directory").unwrap_or_else(|| directory.to_owned());
    if view.is_whole() {
        settings.file(&format!("{data}/postgresql.auto.conf"), place, 0, true);
    }
    let version = version(view, debian, &data);
    let hba = settings.text("hba_file").unwrap_or_else(|| format!("{directory}/pg_hba.conf"));
    for (path, role) in [(file, "postgresql-config"), (&hba, "postgresql-config"), (&data, "postgresql-data")] {
        if path != directory || role != "postgresql-data" || view.exists(&format!("{path}/PG_VERSION")) {
            files::add(view, scope, built, path, role);
        }
    }
    if let Some(key) = settings.text("ssl_key_file") {
        let key = if key.starts_with('/') { key } else { format!("{data}/{key}") };
        files::add(view, scope, built, &key, "postgresql-key");
    }
    built.gaps.append(&mut settings.gaps);
    let mut attributes = settings.attributes();
    attributes.push(("layout".to_owned(), Value::string(if debian.is_some() { "debian" } else { "other" }, place)));
    if let Some(version) = version {
        attributes.push(("version".to_owned(), Value::int(version, place)));
    }
    if !attributes.iter().any(|(key, _)| key == "password_encryption") {
        attributes.push(("password_encryption".to_owned(), default_encryption(version, place)));
    }
    super::add(view, scope, built, "postgresql", &address, Value::object(attributes, place), place);
    if view.exists(&hba) {
        hba::records(view, &hba, &address, scope, built);
    }
}

/// The major version: that of Debian's directory, or what PG_VERSION in the data directory says.
fn version(view: &dyn View, debian: Option<&str>, data: &str) -> Option<i64> {
    let stated = debian.and_then(|cluster| cluster.split('/').next()).map(str::to_owned);
    let stated = stated.or_else(|| Some(view.read(&format!("{data}/PG_VERSION")).ok()?.text.trim().to_owned()))?;
    stated.split('.').next()?.parse().ok()
}

/// md5 before PostgreSQL 14 (its release notes, E.1.3.1).
fn default_encryption(version: Option<i64>, place: Span) -> Value {
    match version {
        Some(version) => Value::string(if version >= 14 { "scram-sha-256" } else { "md5" }, place),
        None => {
            let what = "password_encryption is not set, and its default depends on the version";
            Value::unknown(Reason::Running, what, place)
        }
    }
}
