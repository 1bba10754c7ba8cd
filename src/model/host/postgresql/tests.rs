//! PostgreSQL's settings and records, from its manual.

use crate::model::host::{self};
use crate::model::testing::{attribute, build, host as machine, place, plain};
use crate::resource::GapKind;

const MAIN: &str = "/etc/postgresql/15/main/postgresql.conf";
const HBA: &str = "/etc/postgresql/15/main/pg_hba.conf";

#[test]
fn the_last_value_counts_wherever_it_stands() {
    let include = "include_dir = 'conf.d'\nlog_statement = 'none'\n";
    let auto = [
        (MAIN, "data_directory = '/data'\nssl = off\n"),
        ("/data/postgresql.auto.conf", "# by ALTER SYSTEM\nssl = 'on'\n"),
    ];
    let dir = [
        (MAIN, include),
        ("/etc/postgresql/15/main/conf.d/b.conf", "ssl on\nlog_statement = 'ddl'"),
        ("/etc/postgresql/15/main/conf.d/a.conf", "ssl = off"),
        ("/etc/postgresql/15/main/conf.d/c.txt", "ssl = off"),
    ];
    type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str);
    let rows: &[Row] = &[
        (&[(MAIN, "ssl = on # why\n")], "ssl", "true", "/etc/postgresql/15/main/postgresql.conf:1"),
        (&[(MAIN, "SSL yes\nssl = OFF\n")], "ssl", "false", "/etc/postgresql/15/main/postgresql.conf:2"),
        (&[(MAIN, "#ssl = on\nport = 5432\n")], "ssl", "-", ""),
        (
            &[(MAIN, "ssl_ciphers = 'HIGH:!a''b' # c")],
            "ssl_ciphers",
            "HIGH:!a'b",
            "/etc/postgresql/15/main/postgresql.conf:1",
        ),
        (&[(MAIN, "listen_addresses='*'")], "listen_addresses", "*", "/etc/postgresql/15/main/postgresql.conf:1"),
        (
            &[(MAIN, "idle_session_timeout = 15min")],
            "idle_session_timeout",
            "900",
            "/etc/postgresql/15/main/postgresql.conf:1",
        ),
        (
            &[(MAIN, "idle_session_timeout = 500")],
            "idle_session_timeout",
            "1",
            "/etc/postgresql/15/main/postgresql.conf:1",
        ),
        (
            &[(MAIN, "idle_session_timeout = 0")],
            "idle_session_timeout",
            "0",
            "/etc/postgresql/15/main/postgresql.conf:1",
        ),
        (
            &[(MAIN, "log_line_prefix = '%m [%p] %q%u@%d '")],
            "log_line_prefix",
            "%m [%p] %q%u@%d ",
            "/etc/postgresql/15/main/postgresql.conf:1",
        ),
        (&auto, "ssl", "true", "/data/postgresql.auto.conf:2"),
        (&dir, "ssl", "true", "/etc/postgresql/15/main/conf.d/b.conf:1"),
        (&dir, "log_statement", "none", "/etc/postgresql/15/main/postgresql.conf:2"),
        (
            &[(MAIN, "include_if_exists = 'none.conf'\nssl = on")],
            "ssl",
            "true",
            "/etc/postgresql/15/main/postgresql.conf:2",
        ),
        (
            &[(MAIN, "ssl = on\ninclude 'none.conf'")],
            "ssl",
            "unknown(a file that was not read: /etc/postgresql/15/main/none.conf)",
            "/etc/postgresql/15/main/postgresql.conf:2",
        ),
        (&[(MAIN, "port = 1")], "password_encryption", "scram-sha-256", "/etc/postgresql/15/main/postgresql.conf:1"),
        (&[(MAIN, "port = 1")], "version", "15", "/etc/postgresql/15/main/postgresql.conf:1"),
    ];
    for (files, key, expected, at) in rows {
        let (built, sources) = machine(files);
        let value = attribute(&built, "postgresql/15/main", key);
        assert_eq!(value.map_or("-".into(), plain), *expected, "{key} in {files:?}");
        if let Some(value) = value {
            assert_eq!(place(&sources, value), *at, "{key} in {files:?}");
        }
    }
    let old = [("/var/lib/pgsql/data/postgresql.conf", "port = 1"), ("/var/lib/pgsql/data/PG_VERSION", "13\n")];
    let (built, _) = machine(&old);
    assert_eq!(plain(attribute(&built, "postgresql", "password_encryption").unwrap()), "md5");
    let (built, _) = machine(&[(MAIN, "include 'postgresql.conf'")]);
    assert!(built.gaps.iter().any(|gap| gap.kind == GapKind::Unparsed));
}

#[test]
fn the_first_record_decides() {
    let text = "# TYPE DB USER ADDRESS METHOD\nlocal all postgres peer\nhost all all 127.0.0.1/32 scram-sha-256\n\
                host all all 10.0.0.0 255.0.0.0 reject\nhostssl ehr app 10.1.0.0/16 cert clientcert=verify-full map=\"a b\"\n\
                hostnossl all all all md5\nhost \"my db\" all ::/0 trust\nhost replication all 10.0.0.0/8 md5\nnonsense\n";
    let (built, _) = machine(&[(MAIN, ""), (HBA, text)]);
    let records: Vec<_> = built.resources.iter().filter(|it| &*it.kind == "postgresql.hba").collect();
    let shown = |n: usize, key: &str| records[n].attributes.get(key).map_or("-".into(), plain);
    assert_eq!(records.len(), 7);
    assert_eq!(
        (shown(0, "type"), shown(0, "method"), shown(0, "local")),
        ("local".into(), "peer".into(), "true".into())
    );
    assert_eq!((shown(1, "local"), shown(1, "everywhere")), ("true".into(), "false".into()));
    assert_eq!((shown(2, "address"), shown(2, "method")), ("10.0.0.0/255.0.0.0".into(), "reject".into()));
    // What is refused before is not used any more.
    assert_eq!((shown(3, "used"), shown(3, "options")), ("false".into(), "{clientcert: verify-full, map: a b}".into()));
    assert_eq!(
        (shown(4, "everywhere"), shown(4, "used"), shown(4, "local")),
        ("true".into(), "true".into(), "false".into())
    );
    assert_eq!((shown(5, "databases"), shown(5, "used")), ("[my db]".into(), "true".into()));
    // "all" is not replication.
    assert_eq!(shown(6, "used"), "true");
}

#[test]
fn files_in_a_repository_are_recognised() {
    let files = [("db/postgresql.conf", "ssl = on\n"), ("db/pg_hba.conf", "host all all 0.0.0.0/0 trust\n")];
    let (built, _) = build(&host::MODEL, &files, &[]);
    let kinds: Vec<&str> = built.resources.iter().map(|it| &*it.kind).collect();
    assert_eq!(kinds, ["postgresql", "postgresql.hba"]);
    let (built, _) = build(&host::MODEL, &files[1..], &[]);
    assert_eq!(built.resources.len(), 1);
}
