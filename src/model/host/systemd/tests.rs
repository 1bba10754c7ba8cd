//! States and starts, from systemctl(1), systemd.unit(5), systemd.preset(5) and openrc(8).

use std::path::Path;

use super::{Settings, settings, starts_at_boot, state};
use crate::budget::Budget;
use crate::model::host::view::{HostRoot, View};
use crate::model::testing::{place, plain};
use crate::open::{Kind, Memory, Stat};
use crate::source::Sources;
use crate::value::Value;

const SERVICE: &str = "[Unit]\nDescription=x\n[Service]\nExecStart=/bin/x\n";
const WANTED: &str = "[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n";
const ALIASED: &str = "[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\nAlias=y.service\n";
const ALSO: &str = "[Service]\nExecStart=/bin/x\n[Install]\nAlso=x.socket\n";
const SOCKET: &str = "[Socket]\nListenStream=1\n[Install]\nWantedBy=sockets.target\n";
const TEMPLATE: &str = "[Service]\nExecStart=/bin/x %i\n[Install]\nWantedBy=getty.target\nDefaultInstance=one\n";

type Files = &'static [(&'static str, &'static str)];

/// The files of a host, the unit asked about, its state and where that is decided, whether it starts and
/// where that is decided.
type Row = (Files, &'static str, &'static str, &'static str, &'static str, &'static str);

const U: &str = "/usr/lib/systemd/system/x.service";
const WANTS: &str = "/etc/systemd/system/multi-user.target.wants/x.service";

/// Rows about unit files.
const UNITS: &[Row] = &[
    (&[(U, WANTED)], "x.service", "disabled", U, "false", U),
    (&[(U, WANTED), (WANTS, "-> /usr/lib/systemd/system/x.service")], "x.service", "enabled", WANTS, "true", WANTS),
    // A link in the vendor's directory does not enable, but pulls in.
    (
        &[(U, WANTED), ("/usr/lib/systemd/system/multi-user.target.wants/x.service", "-> ../x.service")],
        "x.service",
        "disabled",
        U,
        "true",
        "/usr/lib/systemd/system/multi-user.target.wants/x.service",
    ),
    (
        &[
            (U, WANTED),
            ("/run/systemd/system/multi-user.target.wants/x.service", "-> /usr/lib/systemd/system/x.service"),
        ],
        "x.service",
        "enabled-runtime",
        "/run/systemd/system/multi-user.target.wants/x.service",
        "true",
        "/run/systemd/system/multi-user.target.wants/x.service",
    ),
    (&[(U, SERVICE)], "x.service", "static", U, "false", U),
    (&[(U, ALSO)], "x.service", "indirect", U, "false", U),
    (
        &[
            (U, SERVICE),
            ("/etc/systemd/system/x.service", "-> /dev/null"),
            (WANTS, "-> /usr/lib/systemd/system/x.service"),
        ],
        "x.service",
        "masked",
        "/etc/systemd/system/x.service",
        "false",
        "/etc/systemd/system/x.service",
    ),
    (
        &[(U, WANTED), ("/run/systemd/system/x.service", "-> /dev/null")],
        "x.service",
        "masked-runtime",
        "/run/systemd/system/x.service",
        "false",
        "/run/systemd/system/x.service",
    ),
    // An empty file masks too.
    (
        &[(U, WANTED), ("/etc/systemd/system/x.service", "")],
        "x.service",
        "masked",
        "/etc/systemd/system/x.service",
        "false",
        "/etc/systemd/system/x.service",
    ),
    (
        &[("/usr/lib/systemd/system/o.service", WANTED)],
        "x.service",
        "not-found",
        "/etc/systemd/system",
        "false",
        "/etc/systemd/system",
    ),
    // A link without the unit.
    (
        &[("/usr/lib/systemd/system/o.service", WANTED), (WANTS, "-> /usr/lib/systemd/system/x.service")],
        "x.service",
        "not-found",
        "/etc/systemd/system",
        "false",
        "/etc/systemd/system",
    ),
    // An alias that [Install] names.
    (
        &[(U, ALIASED), ("/etc/systemd/system/y.service", "-> /usr/lib/systemd/system/x.service")],
        "x.service",
        "enabled",
        "/etc/systemd/system/y.service",
        "false",
        "/etc/systemd/system/y.service",
    ),
    // One that it does not.
    (
        &[(U, WANTED), ("/etc/systemd/system/z.service", "-> /usr/lib/systemd/system/x.service")],
        "x.service",
        "indirect",
        "/etc/systemd/system/z.service",
        "false",
        "/etc/systemd/system/z.service",
    ),
    (
        &[
            (U, WANTED),
            ("/usr/lib/systemd/system/y.service", "-> x.service"),
            (WANTS, "-> /usr/lib/systemd/system/x.service"),
        ],
        "y.service",
        "alias",
        U,
        "true",
        WANTS,
    ),
    // A unit of an administrator's own.
    (
        &[("/etc/systemd/system/x.service", WANTED)],
        "x.service",
        "disabled",
        "/etc/systemd/system/x.service",
        "false",
        "/etc/systemd/system/x.service",
    ),
    (
        &[("/opt/x.service", WANTED), ("/etc/systemd/system/x.service", "-> /opt/x.service")],
        "x.service",
        "linked",
        "/etc/systemd/system/x.service",
        "false",
        "/etc/systemd/system/x.service",
    ),
    (
        &[
            ("/opt/x.service", WANTED),
            ("/etc/systemd/system/x.service", "-> /opt/x.service"),
            (WANTS, "-> /opt/x.service"),
        ],
        "x.service",
        "enabled",
        WANTS,
        "true",
        WANTS,
    ),
    // Instances and templates.
    (
        &[
            ("/usr/lib/systemd/system/x@.service", TEMPLATE),
            ("/etc/systemd/system/getty.target.wants/x@two.service", "-> /usr/lib/systemd/system/x@.service"),
        ],
        "x@two.service",
        "enabled",
        "/etc/systemd/system/getty.target.wants/x@two.service",
        "true",
        "/etc/systemd/system/getty.target.wants/x@two.service",
    ),
    (
        &[
            ("/usr/lib/systemd/system/x@.service", TEMPLATE),
            ("/etc/systemd/system/getty.target.wants/x@two.service", "-> /usr/lib/systemd/system/x@.service"),
        ],
        "x@.service",
        "indirect",
        "/etc/systemd/system/getty.target.wants/x@two.service",
        "true",
        "/etc/systemd/system/getty.target.wants/x@two.service",
    ),
    (
        &[
            ("/usr/lib/systemd/system/x@.service", TEMPLATE),
            ("/etc/systemd/system/getty.target.wants/x@one.service", "-> /usr/lib/systemd/system/x@.service"),
        ],
        "x@.service",
        "enabled",
        "/etc/systemd/system/getty.target.wants/x@one.service",
        "true",
        "/etc/systemd/system/getty.target.wants/x@one.service",
    ),
    (
        &[("/usr/lib/systemd/system/x@.service", TEMPLATE)],
        "x@two.service",
        "disabled",
        "/usr/lib/systemd/system/x@.service",
        "false",
        "/usr/lib/systemd/system/x@.service",
    ),
    (
        &[
            ("/usr/lib/systemd/system/x@.service", TEMPLATE),
            ("/usr/lib/systemd/system/multi-user.target.wants/x@one.service", "-> ../x@.service"),
        ],
        "x@one.service",
        "static",
        "/usr/lib/systemd/system/multi-user.target.wants/x@one.service",
        "true",
        "/usr/lib/systemd/system/multi-user.target.wants/x@one.service",
    ),
    // [Install] in a drop-in counts; RequiredBy as WantedBy.
    (
        &[(U, SERVICE), ("/etc/systemd/system/x.service.d/a.conf", "[Install]\nRequiredBy=multi-user.target\n")],
        "x.service",
        "disabled",
        U,
        "false",
        U,
    ),
    (
        &[
            (U, WANTED),
            ("/etc/systemd/system/multi-user.target.requires/x.service", "-> /usr/lib/systemd/system/x.service"),
        ],
        "x.service",
        "enabled",
        "/etc/systemd/system/multi-user.target.requires/x.service",
        "true",
        "/etc/systemd/system/multi-user.target.requires/x.service",
    ),
    // Wanted where the boot does not come by.
    (
        &[(U, WANTED), ("/etc/systemd/system/rescue.target.wants/x.service", "-> /usr/lib/systemd/system/x.service")],
        "x.service",
        "enabled",
        "/etc/systemd/system/rescue.target.wants/x.service",
        "false",
        "/etc/systemd/system/rescue.target.wants/x.service",
    ),
    (
        &[
            (U, WANTED),
            (WANTS, "-> /usr/lib/systemd/system/x.service"),
            ("/usr/lib/systemd/system/rescue.target", "[Unit]\nDescription=r\n"),
            ("/etc/systemd/system/default.target", "-> /usr/lib/systemd/system/rescue.target"),
        ],
        "x.service",
        "enabled",
        WANTS,
        "false",
        WANTS,
    ),
    // Pulled in by a unit that starts.
    (
        &[
            (U, SERVICE),
            (
                "/usr/lib/systemd/system/a.service",
                "[Unit]\nWants=b.service \\\n  x.service\n[Service]\nExecStart=/bin/a\n",
            ),
            ("/etc/systemd/system/multi-user.target.wants/a.service", "-> /usr/lib/systemd/system/a.service"),
        ],
        "x.service",
        "static",
        U,
        "true",
        "/usr/lib/systemd/system/a.service:2",
    ),
    // Offered by a socket, and started by a timer.
    (
        &[
            (U, ALSO),
            ("/usr/lib/systemd/system/x.socket", SOCKET),
            ("/etc/systemd/system/sockets.target.wants/x.socket", "-> /usr/lib/systemd/system/x.socket"),
        ],
        "x.service",
        "indirect",
        U,
        "true",
        "/etc/systemd/system/sockets.target.wants/x.socket",
    ),
    (
        &[
            ("/usr/lib/systemd/system/x@.service", SERVICE),
            (
                "/usr/lib/systemd/system/x.socket",
                "[Socket]\nListenStream=1\nAccept=yes\n[Install]\nWantedBy=sockets.target\n",
            ),
            ("/etc/systemd/system/sockets.target.wants/x.socket", "-> /usr/lib/systemd/system/x.socket"),
        ],
        "x@.service",
        "static",
        "/usr/lib/systemd/system/x@.service",
        "true",
        "/etc/systemd/system/sockets.target.wants/x.socket",
    ),
    (
        &[
            (U, SERVICE),
            (
                "/usr/lib/systemd/system/daily.timer",
                "[Timer]\nOnCalendar=daily\nUnit=x.service\n[Install]\nWantedBy=timers.target\n",
            ),
            ("/etc/systemd/system/timers.target.wants/daily.timer", "-> /usr/lib/systemd/system/daily.timer"),
        ],
        "x.service",
        "static",
        U,
        "true",
        "/etc/systemd/system/timers.target.wants/daily.timer",
    ),
    // A socket whose service is masked starts nothing.
    (
        &[
            (U, ALSO),
            ("/usr/lib/systemd/system/x.socket", SOCKET),
            ("/etc/systemd/system/x.service", "-> /dev/null"),
            ("/etc/systemd/system/sockets.target.wants/x.socket", "-> /usr/lib/systemd/system/x.socket"),
        ],
        "x.service",
        "masked",
        "/etc/systemd/system/x.service",
        "false",
        "/etc/systemd/system/x.service",
    ),
    // Before the first boot presets decide.
    (
        &[(U, WANTED), ("/usr/lib/systemd/system-preset/90-a.preset", "# a\nenable x.*\ndisable *\n")],
        "x.service",
        "disabled",
        U,
        "true",
        "/usr/lib/systemd/system-preset/90-a.preset:2",
    ),
    (
        &[
            (U, WANTED),
            ("/usr/lib/systemd/system-preset/90-a.preset", "enable x.*\n"),
            ("/etc/systemd/system-preset/10-b.preset", "disable *\n"),
        ],
        "x.service",
        "disabled",
        U,
        "false",
        U,
    ),
    (
        &[
            (U, WANTED),
            ("/usr/lib/systemd/system-preset/90-a.preset", "enable x.*\n"),
            ("/etc/machine-id", "0123456789abcdef0123456789abcdef\n"),
        ],
        "x.service",
        "disabled",
        U,
        "false",
        U,
    ),
    // A condition on a file that is not there, and what such a unit pulls in all the same.
    (
        &[
            (
                U,
                "[Unit]\nConditionPathExists=/etc/x.conf\n[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n",
            ),
            (WANTS, "-> /usr/lib/systemd/system/x.service"),
        ],
        "x.service",
        "enabled",
        WANTS,
        "false",
        WANTS,
    ),
    (
        &[
            (
                U,
                "[Unit]\nConditionPathExists=|/etc/no\nConditionPathExists=|!/etc/x.conf\n[Service]\nExecStart=/bin/x\n[Install]\nWantedBy=multi-user.target\n",
            ),
            (WANTS, "-> /usr/lib/systemd/system/x.service"),
        ],
        "x.service",
        "enabled",
        WANTS,
        "true",
        WANTS,
    ),
    (
        &[
            (U, SERVICE),
            (
                "/usr/lib/systemd/system/a.service",
                "[Unit]\nConditionPathExists=/etc/no\nWants=x.service\n[Service]\nExecStart=/bin/a\n",
            ),
            ("/etc/systemd/system/multi-user.target.wants/a.service", "-> /usr/lib/systemd/system/a.service"),
        ],
        "x.service",
        "static",
        U,
        "true",
        "/usr/lib/systemd/system/a.service:3",
    ),
    // Links in a circle.
    (
        &[("/etc/systemd/system/x.service", "-> y.service"), ("/etc/systemd/system/y.service", "-> x.service")],
        "x.service",
        "not-found",
        "/etc/systemd/system",
        "false",
        "/etc/systemd/system",
    ),
];

/// Rows about scripts, for which systemctl asks a program of the distribution.
const SCRIPTS: &[Row] = &[
    (
        &[("/etc/init.d/x", "#!/bin/sh\n"), ("/etc/rc3.d/S01x", "-> ../init.d/x")],
        "x.service",
        "enabled",
        "/etc/rc3.d/S01x",
        "true",
        "/etc/rc3.d/S01x",
    ),
    (
        &[("/etc/init.d/x", "#!/bin/sh\n"), ("/etc/rc3.d/K01x", "-> ../init.d/x")],
        "x.service",
        "disabled",
        "/etc/init.d/x",
        "false",
        "/etc/init.d/x",
    ),
    (
        &[("/etc/init.d/x", "#!/bin/sh\n"), ("/etc/rc3.d/S01x", "-> ../init.d/x"), (U, WANTED)],
        "x.service",
        "disabled",
        U,
        "false",
        U,
    ),
    (
        &[("/etc/init.d/x", "#!/sbin/openrc-run\n"), ("/etc/runlevels/default/x", "-> /etc/init.d/x")],
        "x.service",
        "enabled",
        "/etc/runlevels/default/x",
        "true",
        "/etc/runlevels/default/x",
    ),
    (
        &[("/etc/init.d/x", "#!/sbin/openrc-run\n"), ("/etc/runlevels/shutdown/x", "-> /etc/init.d/x")],
        "x.service",
        "disabled",
        "/etc/init.d/x",
        "false",
        "/etc/init.d/x",
    ),
];

/// What `ask` answers of a host with these files.
fn on<T>(files: &[(&str, &str)], ask: impl FnOnce(&dyn View) -> T) -> (T, Sources) {
    let mut tree = Memory::default();
    let stat = Stat { kind: Kind::File, mode: 0o644, uid: 0, gid: 0, size: 0, modified: None };
    for (path, text) in files {
        match text.strip_prefix("-> ") {
            Some(target) => tree.symlink(Path::new(path), target, stat),
            None => tree.file(Path::new(path), text.as_bytes(), stat),
        }
    }
    let (mut sources, budget) = (Sources::default(), Budget::default());
    let answer = ask(&HostRoot::new(&tree, false, "", &mut sources, &budget));
    (answer, sources)
}

/// The place without the line that an entry of a directory does not have.
fn at(sources: &Sources, value: &Value) -> String {
    let place = place(sources, value);
    let path = sources.locate(value.span).map_or("nowhere".into(), |at| at.path.to_string());
    if value.span.start == value.span.end { path } else { place }
}

#[test]
fn states_and_starts() {
    let mut wrong = Vec::new();
    for (files, unit, expected, decided, starts, by) in UNITS.iter().chain(SCRIPTS) {
        let (got, sources) = on(files, |view| {
            let state = state(view, unit);
            (Value::string(state.kind.word(), state.span), starts_at_boot(view, unit))
        });
        let shown = (plain(&got.0), at(&sources, &got.0), plain(&got.1), at(&sources, &got.1));
        let expected = (expected.to_string(), decided.to_string(), starts.to_string(), by.to_string());
        if shown != expected {
            wrong.push(format!("{unit}: {shown:?}, not {expected:?}, of {files:#?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
#[allow(clippy::disallowed_methods)] // the oracle is a program
fn systemctl_says_the_same() {
    for (files, unit, expected, ..) in UNITS {
        let root = tempfile::tempdir().unwrap();
        for (path, text) in *files {
            let path = root.path().join(path.trim_start_matches('/'));
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            match text.strip_prefix("-> ") {
                Some(target) => std::os::unix::fs::symlink(target, &path).unwrap(),
                None => std::fs::write(&path, text).unwrap(),
            }
        }
        let command = std::process::Command::new("systemctl")
            .arg(format!("--root={}", root.path().display()))
            .args(["is-enabled", unit])
            .output();
        let Ok(output) = command else { return };
        let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        let said = if said.is_empty() { "not-found".to_owned() } else { said };
        assert_eq!(said, *expected, "{unit} of {files:#?}");
    }
}

/// What a key of `x-y@z.service` is, as one value and as a list, with these files.
fn said(files: &[(&str, &str)], key: &str) -> (String, String) {
    let (found, _) = on(files, |view| settings(view, "x-y@z.service", "Service").unwrap_or_default());
    let list: Vec<&str> = found.list(key).iter().map(|(value, _)| *value).collect();
    (found.value(key).map_or("-".into(), |(value, _)| value.to_owned()), list.join("|"))
}

#[test]
fn drop_ins_apply_in_the_order_of_their_names() {
    let unit = ("/usr/lib/systemd/system/x-y@.service", "[Service]\nKey=a\n# Key=b\nKey=c\n[Install]\nKey=d\n");
    let rows: &[(Files, &str, &str)] = &[
        (&[], "c", "a|c"),
        (&[("/etc/systemd/system/x-y@z.service.d/1.conf", "[Service]\nKey=e")], "e", "a|c|e"),
        // An empty value clears the list and stands for the default.
        (&[("/etc/systemd/system/x-y@.service.d/1.conf", "[Service]\nKey=\nKey=e\n")], "e", "e"),
        (&[("/etc/systemd/system/x-.service.d/1.conf", "[Service]\nKey=\n")], "-", ""),
        (&[("/etc/systemd/system/service.d/1.conf", "[Service]\nKey=f\n")], "f", "a|c|f"),
        // The more important directory hides a file of the same name, the name decides the order.
        (
            &[
                ("/usr/lib/systemd/system/x-y@.service.d/1.conf", "[Service]\nKey=g\n"),
                ("/etc/systemd/system/x-y@.service.d/1.conf", "[Service]\nKey=h\n"),
                ("/usr/lib/systemd/system/x-y@.service.d/2.conf", "[Service]\nKey=i\n"),
            ],
            "i",
            "a|c|h|i",
        ),
        (
            &[
                ("/usr/lib/systemd/system/x-y@.service.d/1.conf", "[Service]\nKey=g\n"),
                ("/etc/systemd/system/x-y@.service.d/1.conf", "-> /dev/null"),
            ],
            "c",
            "a|c",
        ),
        (&[("/etc/systemd/system/x-y@.service.d/1.txt", "[Service]\nKey=g\n")], "c", "a|c"),
        // The unit's file as a whole.
        (&[("/etc/systemd/system/x-y@z.service", "[Service]\nKey=j\n")], "j", "j"),
        (&[("/etc/systemd/system/x-y@z.service", "-> /dev/null")], "-", ""),
    ];
    for (files, value, list) in rows {
        let files: Vec<_> = [&[unit], *files].concat();
        assert_eq!(said(&files, "Key"), (value.to_string(), list.to_string()), "{files:#?}");
    }
    let words = |text: &str| on(&[(U, text)], |view| settings(view, "x.service", "Service").unwrap_or_default()).0;
    let found: Settings = words("[Service]\nKey=a 'b c' \\\n# in between\n d\n");
    let found: Vec<String> = found.words("Key").into_iter().map(|(word, _)| word).collect();
    assert_eq!(found, ["a", "b c", "d"]);
}

/// Every unit file of the machine that runs the tests, if it has systemd.
#[test]
#[allow(clippy::disallowed_methods)] // the oracle is a program
fn systemctl_says_the_same_of_this_machine() {
    let command = std::process::Command::new("systemctl")
        .args(["--root=/", "list-unit-files", "--no-legend", "--no-pager", "--plain"])
        .output();
    let Ok(output) = command else { return };
    let root = crate::open::Root::open(Path::new("/")).unwrap();
    let (mut sources, budget) = (Sources::default(), Budget::default());
    let view = HostRoot::new(&root, false, "", &mut sources, &budget);
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let said = said.lines().filter_map(|line| {
        let mut words = line.split_whitespace();
        Some((words.next()?, words.next()?))
    });
    // A unit that is a link into a directory of another kind is "bad"; there is nothing to compare.
    let wrong: Vec<_> = said
        .filter(|(_, expected)| *expected != "bad")
        .map(|(unit, expected)| (unit, expected, state(&view, unit).kind.word()))
        .filter(|(_, expected, got)| expected != got)
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
}
