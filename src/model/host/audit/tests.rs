//! Whole hosts in, what is recorded out; every expectation is from auditctl(8), audit.rules(7), augenrules(8),
//! auditd.conf(5) and the source of audit-userspace.

use crate::model::Built;
use crate::model::testing::{attribute, host, place, plain};
use crate::resource::GapKind;
use crate::source::Sources;

/// An x86-64 machine.
const LOADER: (&str, &str) = ("/lib64/ld-linux-x86-64.so.2", "");
const CONF: &str = "/etc/audit/auditd.conf";
const PART: &str = "/etc/audit/rules.d/10-clinic.rules";
const FILE: &str = "/etc/audit/audit.rules";

/// Files, address and path of an attribute, its value, its place.
type Case<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

fn check(cases: &[Case]) {
    for (files, address, key, expected, at) in cases {
        let files: Vec<(&str, &str)> = [LOADER].iter().chain(files.iter()).copied().collect();
        ask(&files, address, key, expected, at);
    }
}

fn ask(files: &[(&str, &str)], address: &str, key: &str, expected: &str, at: &str) -> (Built, Sources) {
    let (built, sources) = host(files);
    let value = attribute(&built, address, key);
    assert_eq!(value.map_or("-".into(), plain), expected, "{key} of {address} in {files:?}");
    if let Some(value) = value.filter(|_| !at.is_empty()) {
        assert_eq!(place(&sources, value), at, "{key} of {address} in {files:?}");
    }
    (built, sources)
}

const BOTH: &str = "-a always,exit -F arch=b64 -S chmod,fchmod -F auid>=1000 -F auid!=unset -k perm\n\
                    -a always,exit -F arch=b32 -S chmod -S fchmod -F auid>=1000 -F auid!=-1 -F key=perm\n";

#[test]
fn a_call_is_recorded_on_every_architecture_or_not() {
    let row = |rules: &str, expected: &str, line: &str| {
        let files = [LOADER, (PART, rules)];
        let at = if line.is_empty() { String::new() } else { format!("{PART}:{line}") };
        ask(&files, "audit.syscall chmod", "recorded", expected, &at);
    };
    row(BOTH, "true", "1");
    row("-a always,exit -F arch=b64 -S chmod -F auid>=1000 -F auid!=unset\n", "false", "1");
    row("# -a always,exit -F arch=b64 -S chmod\n\n-D\n", "false", "1");
    row("-a always,exit -F auid>=1000 -F auid!=4294967295\n", "true", "1");
    row("-a exit,always -S all -F auid!=unset\n", "true", "1");
    row("-a always,exit -F arch=b64 -F arch=b32 -S chmod\n", "false", "1");
    row("-a always,exit -F arch=x86_64 -S chmod\n-a always,exit -F arch=i386 -S chmod\n", "true", "1");
    row("-a always,exit -S chmod\n-a always,exit -F arch=b32 -S chmod\n", "true", "1");
    // Who is left out.
    row("-a always,exit -S all -F auid>=2000\n", "false", "1");
    row("-a always,exit -S all -F auid>=500\n", "true", "1");
    row("-a always,exit -S all -F auid=0\n", "false", "1");
    row("-a always,exit -S all -F uid=0\n", "false", "1");
    row("-a always,exit -S all -F loginuid>999\n", "true", "1");
    row("-a always,exit -S all -F success=0\n", "false", "1");
    row("-a always,exit -S all -F success=1\n", "true", "1");
    // The first rule that matches counts.
    row("-a never,exit -S all\n-a always,exit -S all\n", "false", "1");
    row("-a always,exit -S all\n-a never,exit -S all\n", "true", "1");
    row("-a always,exit -S all\n-A never,exit -S chmod -F arch=b32\n", "false", "2");
    row("-a never,exit -S all -F exe=/usr/bin/backup\n-a always,exit -S all\n", "true", "2");
    row("-a never,exit -S all -F auid>=1000\n-a always,exit -S all\n", "false", "1");
    row("-a never,task\n-a always,exit -S all\n", "false", "1");
    row("-a always,task\n-a never,task\n-a always,exit -S all\n", "true", "3");
    // What deletes and what stops.
    row("-a always,exit -S all\n-d always,exit -S all\n", "false", "1");
    row("-a always,exit -S all -k x\n-D -k x\n", "false", "1");
    row("-w /etc/passwd -p wz\n-a always,exit -S all\n", "false", "1");
    row("-i\n-w /etc/passwd -p wz\n-a always,exit -S all\n", "true", "3");
    row("-w /etc/passwd -p wa\n-w /etc/passwd -p aw\n-a always,exit -S all\n", "false", "1");
    row("-a always,exit -F arch=b64 \\\n-S chmod\n-a always,exit -S all\n", "false", "1");
}

#[test]
fn denials_are_recorded_by_both_errors() {
    let row = |rules: &str, expected: &str| {
        ask(&[LOADER, (PART, rules)], "audit.syscall openat", "denied_recorded", expected, "");
    };
    let both = |field: &str| {
        let one = |arch: &str| format!("-a always,exit -F arch={arch} -S open,openat {field} -F auid>=1000\n");
        one("b64") + &one("b32")
    };
    row(&(both("-F exit=-EACCES") + &both("-F exit=-EPERM")), "true");
    row(&both("-F exit=-EACCES"), "false");
    row(&both("-F success=0"), "true");
    row(&both("-F success!=yes"), "true");
    row(&both(""), "true");
    row(&both("-F success=1"), "false");
    row(&(both("-F exit=-13") + &both("-F exit=-1")), "true");
    row(&("-a never,exit -S all -F exit=-EPERM\n".to_owned() + &both("-F success=0")), "false");
}

#[test]
fn a_watch_is_a_rule_about_a_path() {
    let passwd = "audit.watch /etc/passwd";
    let row = |rules: &str, address: &str, expected: &str| {
        let files = [LOADER, ("/etc/sudoers.d/", ""), ("/usr/bin/", ""), (PART, rules)];
        ask(&files, address, "recorded", expected, "");
    };
    let none = "{read: false, write: false, execute: false, attributes: false}";
    let changes = "{read: false, write: true, execute: false, attributes: true}";
    row("-w /etc/passwd -p wa -k identity\n", passwd, changes);
    row("-w /etc/passwd -pwa -kidentity\n", passwd, changes);
    row("-a always,exit -F path=/etc/passwd -F perm=aw -F key=identity\n", passwd, changes);
    row("-a exit,always -S all -F path=/etc/passwd -p wa\n", passwd, changes);
    row("-w /etc/passwd -p w\n-w /etc/passwd -p a\n", passwd, changes);
    row("-w /etc/ -p wa\n", passwd, changes);
    row("-a always,exit -F dir=/etc -F perm=wa\n", passwd, changes);
    row("-w /etc/passwd\n", passwd, "{read: true, write: true, execute: true, attributes: true}");
    row("-w /etc/passwd-\n-w /etc/pass -p wa\n", passwd, none);
    row("-a always,exit -F arch=b64 -F path=/etc/passwd -F perm=wa\n", passwd, none);
    row("-a never,exit -F path=/etc/passwd\n-w /etc/passwd -p wa\n", passwd, none);
    row("-w /etc/passwd -p wa\n-W /etc/passwd -p wa\n", passwd, none);
    row("-w /etc/sudoers.d/ -p wa\n", "audit.watch /etc/sudoers.d", changes);
    row("-w /etc/sudoers.d/clinic -p wa\n", "audit.watch /etc/sudoers.d", none);
    row("-a always,exit -F path=/etc/sudoers.d -F perm=wa\n", "audit.watch /etc/sudoers.d", none);
    row("-w /run/utmp -p wa\n", "audit.watch /var/run/utmp", changes);
}

#[test]
fn programs_are_watched_by_any_of_their_names() {
    let root = [
        LOADER,
        ("/bin", "-> usr/bin"),
        ("/usr/bin/su@4755", ""),
        ("/usr/bin/newgrp@4755", ""),
        ("/usr/bin/wall@2755:0:5", ""),
        ("/usr/bin/sudo@4755", ""),
        ("/usr/bin/sudoedit", "-> sudo"),
        ("/usr/bin/odd@4755:33", ""),
    ];
    let row = |rules: &str, program: &str, expected: &str| {
        let files: Vec<(&str, &str)> = root.iter().copied().chain([(PART, rules)]).collect();
        ask(&files, &format!("audit.program /usr/bin/{program}"), "recorded.execute", expected, "");
    };
    let su = "-a always,exit -F path=/bin/su -F perm=x -F auid>=1000 -F auid!=unset -k privileged\n";
    row(su, "su", "true");
    row(su, "newgrp", "false");
    row("-a always,exit -F path=/usr/bin/sudo -F perm=x\n", "sudoedit", "true");
    row("-a always,exit -F dir=/usr/bin -F perm=x -F auid>=1000\n", "wall", "true");
    row("-a always,exit -F arch=b64 -S execve\n-a always,exit -F arch=b32 -S execve\n", "su", "true");
    let elevation = "-a always,exit -F arch=b64 -S execve -C uid!=euid -F euid=0 -F key=priv\n\
                     -a always,exit -F arch=b32 -S execve -C uid!=euid -F euid=0 -F key=priv\n";
    row(elevation, "su", "true");
    row(elevation, "wall", "false");
    row(elevation, "odd", "false");
    row("-a always,exit -F exe=/usr/bin/su -S all\n", "su", "false");
}

#[test]
fn what_counts_is_what_the_machine_loads() {
    let unit = "/usr/lib/systemd/system/auditd.service";
    let post = "[Service]\nExecStart=/sbin/auditd\n#ExecStartPost=-/sbin/augenrules --load\nExecStartPost=-/sbin/auditctl -R /etc/audit/audit.rules\n";
    let load = "[Service]\nExecStartPost=-/sbin/augenrules --load\n";
    let (old, new) = ("-e 2\n-w /a -p wa\n", "-e 2\n-f 2\n");
    check(&[
        (
            &[(PART, "-e 1\n"), (FILE, "-e 2\n"), (unit, load)],
            "audit.rules",
            "enabled",
            "1",
            "/etc/audit/rules.d/10-clinic.rules:1",
        ),
        (
            &[(PART, "-e 1\n"), (FILE, "-e 2\n"), (unit, post)],
            "audit.rules",
            "enabled",
            "2",
            "/etc/audit/audit.rules:1",
        ),
        (&[(PART, "-e 1\n"), (FILE, "-e 2\n")], "audit.rules", "enabled", "1", "/etc/audit/rules.d/10-clinic.rules:1"),
        (&[("/etc/audit/rules.d/", ""), (FILE, "-e 2\n")], "audit.rules", "enabled", "2", "/etc/audit/audit.rules:1"),
        (
            &[(PART, "-e 1\n"), (FILE, "-e 2\n"), ("/etc/default/auditd", "USE_AUGENRULES=\"no\"\n")],
            "audit.rules",
            "enabled",
            "2",
            "/etc/audit/audit.rules:1",
        ),
        (
            &[
                (PART, "-e 1\n"),
                (FILE, "-e 2\n"),
                (unit, post),
                ("/usr/lib/systemd/system/audit-rules.service", "[Service]\nExecStart=/sbin/augenrules --load\n"),
            ],
            "audit.rules",
            "loader",
            "augenrules",
            "",
        ),
        (
            &[
                (PART, "-e 1\n"),
                (FILE, ""),
                (unit, post),
                (
                    "/etc/systemd/system/auditd.service.d/x.conf",
                    "[Service]\nExecStartPost=\nExecStartPost=-/sbin/augenrules --load\n",
                ),
            ],
            "audit.rules",
            "loader",
            "augenrules",
            "",
        ),
        // augenrules moves -e to the end, auditctl takes it where it stands.
        (&[(PART, old)], "audit.rules", "rules", "1", "/etc/audit/rules.d/10-clinic.rules:2"),
        (&[(FILE, old)], "audit.rules", "rules", "0", ""),
        (&[(FILE, new)], "audit.rules", "failure", "-", ""),
        (&[(PART, new)], "audit.rules", "failure", "2", "/etc/audit/rules.d/10-clinic.rules:2"),
        (
            &[(PART, "-e 1\n"), ("/etc/audit/rules.d/99-z.rules", "-e 2\n")],
            "audit.rules",
            "enabled",
            "2",
            "/etc/audit/rules.d/99-z.rules:1",
        ),
        (
            &[("/etc/audit/rules.d/9.rules", "-e 1\n"), ("/etc/audit/rules.d/100.rules", "-e 2\n")],
            "audit.rules",
            "enabled",
            "2",
            "/etc/audit/rules.d/100.rules:1",
        ),
        (&[(PART, "-e 1\n"), ("/etc/audit/rules.d/99.rules.bak", "-e 2\n")], "audit.rules", "enabled", "1", ""),
        (&[(PART, "-b 8192\n-f 1\n")], "audit.rules", "backlog", "8192", "/etc/audit/rules.d/10-clinic.rules:1"),
        (
            &[(PART, "--loginuid-immutable\n")],
            "audit.rules",
            "loginuid_immutable",
            "true",
            "/etc/audit/rules.d/10-clinic.rules:1",
        ),
        (
            &[(PART, "-a always,exclude -F msgtype=CWD\n-a always,exclude -F msgtype=SYSCALL -F auid=5\n")],
            "audit.rules",
            "excluded",
            "[CWD]",
            "",
        ),
        (
            &[(PART, "-f 1\n-w /a\n-e 2\n"), (FILE, "## x\n\n-f 1\n-w /a\n-e 2\n")],
            "audit.rules",
            "compiled",
            "true",
            "",
        ),
        (&[(PART, "-f 1\n-w /a\n-e 2\n"), (FILE, "-f 1\n-e 2\n")], "audit.rules", "compiled", "false", ""),
        (&[(PART, "-f 1\n")], "audit.rules", "compiled", "-", ""),
        (&[(FILE, "-f 1\n")], "audit.rules", "compiled", "-", ""),
        (&[(PART, "-w /srv/phi -p rwa\n-w /srv/x -p r\n")], "audit.rules", "written", "[/srv/phi]", ""),
    ]);
}

#[test]
fn another_machine_has_other_calls() {
    let b64 = [(PART, "-a always,exit -F arch=b64 -S fchmodat,chmod\n")];
    let on = |loader: &'static str| [(loader, ""), b64[0]];
    ask(&on("/lib/ld-linux-aarch64.so.1"), "audit.syscall fchmodat", "recorded", "true", "");
    ask(&on("/lib/ld-linux-aarch64.so.1"), "audit.syscall chmod", "recorded", "-", "");
    ask(&on("/lib64/ld-linux-x86-64.so.2"), "audit.syscall fchmodat", "recorded", "false", "");
    ask(&on("/lib/ld-linux.so.2"), "audit.syscall fchmodat", "recorded", "false", "");
    let debian =
        [("/var/lib/dpkg/status", "Package: a\nArchitecture: all\n\nPackage: b\nArchitecture: arm64\n"), b64[0]];
    ask(&debian, "audit.syscall fchmodat", "recorded", "true", "");
    let unclear = "unknown(a file that was not read: whether the machine also runs programs of the other width)";
    ask(&b64, "audit.syscall fchmodat", "recorded", unclear, "");
    ask(&b64, "audit.syscall fchown", "recorded", "false", "");
    let named = [(PART, "-a always,exit -F arch=b64 -S fchmodat\n-a always,exit -F arch=b32 -S fchown\n")];
    ask(&named, "audit.syscall fchmodat", "recorded", "false", "");
    ask(&[LOADER, b64[0]], "audit.syscall stime", "not_recorded_on", "[b32]", "");
    // An archive of /etc has no programs to ask about.
    let unseen = "unknown(a file that was not read: whether the host has su)";
    ask(&b64, "audit.program su", "recorded.execute", unseen, "");
    ask(&[(PART, "-w /bin/su -p x\n")], "audit.program su", "recorded.execute", "true", "");
}

#[test]
fn a_line_that_is_refused_is_named_and_ends_the_reading() {
    let rows = [
        ("-w passwd -p wa\n", "does not begin with /"),
        ("-a always,sometimes\n", "not a list and an action"),
        ("-S chmod\n", "no list is named"),
        ("-a always,exit -F colour=red\n", "not a field"),
        ("-a always,exit -F path=/a -k x\n", "-k needs a watch or a system call"),
        ("-a always,task -S chmod\n", "takes no system calls"),
        ("-z\n", "not an option"),
        ("chmod\n", "a parameter without an option"),
        ("-e 3\n", "takes a number"),
        ("-a always,exit -S all # why\n", "a parameter without an option"),
    ];
    for (rules, words) in rows {
        let text = format!("{rules}-a always,exit -S all\n");
        let (built, _) = ask(&[LOADER, (FILE, &text)], "audit.rules", "loads", "false", "/etc/audit/audit.rules:1");
        let gap = built.gaps.iter().find(|gap| gap.message.contains("auditctl refuses")).expect(rules);
        assert!(gap.message.contains(words), "{rules}: {}", gap.message);
        assert_eq!(attribute(&built, "audit.rules", "rules").map(plain).as_deref(), Some("0"), "{rules}");
    }
}

#[test]
fn the_sudo_log_is_where_sudoers_puts_it() {
    let rules = (PART, "-w /var/log/sudo.log -p wa\n");
    check(&[
        (
            &[rules, ("/etc/sudoers", "Defaults use_pty\nDefaults logfile=\"/var/log/sudo.log\"\n")],
            "audit.watch /var/log/sudo.log",
            "recorded.write",
            "true",
            "/etc/audit/rules.d/10-clinic.rules:1",
        ),
        (
            &[rules, ("/etc/sudoers", ""), ("/etc/sudoers.d/log", "Defaults  logfile = /var/log/other\n")],
            "audit.watch /var/log/other",
            "recorded.write",
            "false",
            "",
        ),
        (&[rules, ("/etc/sudoers", "# Defaults logfile=/x\n")], "audit.watch /x", "sudo_log", "-", ""),
        (
            &[
                (PART, "-w /var/log/faillock -p wa\n"),
                ("/etc/security/faillock.conf", "dir = /var/log/faillock\n"),
                ("/etc/pam.d/common-auth", "auth required pam_faillock.so preauth\n"),
            ],
            "audit.watch /var/log/faillock",
            "recorded.attributes",
            "true",
            "",
        ),
    ]);
}

#[test]
fn auditd_conf_is_read_as_auditd_reads_it() {
    let plugin = "/etc/audit/plugins.d/syslog.conf";
    check(&[
        (&[(CONF, "max_log_file = 8\n")], "auditd", "max_log_file", "8", "/etc/audit/auditd.conf:1"),
        (&[(CONF, "# max_log_file = 8\n")], "auditd", "max_log_file", "-", ""),
        (
            &[(CONF, "Max_Log_File_Action = KEEP_LOGS\n")],
            "auditd",
            "max_log_file_action",
            "keep_logs",
            "/etc/audit/auditd.conf:1",
        ),
        (&[(CONF, "flush = NONE\nflush = SYNC\n")], "auditd", "flush", "sync", "/etc/audit/auditd.conf:2"),
        (
            &[(CONF, "space_left_action = EXEC /usr/local/bin/page\n")],
            "auditd",
            "space_left_action",
            "exec",
            "/etc/audit/auditd.conf:1",
        ),
        (&[(CONF, "action_mail_acct = Root\n")], "auditd", "action_mail_acct", "Root", ""),
        (&[(CONF, "space_left = 25%\n")], "auditd", "space_left", "25%", ""),
        (&[(CONF, "num_logs = many\n")], "auditd", "num_logs", "many", ""),
        (
            &[(CONF, "  disk_full_action   =   HALT  \n")],
            "auditd",
            "disk_full_action",
            "halt",
            "/etc/audit/auditd.conf:1",
        ),
        (
            &[(CONF, ""), (plugin, "active = yes\n")],
            "auditd",
            "plugins.syslog.active",
            "true",
            "/etc/audit/plugins.d/syslog.conf:1",
        ),
        (
            &[(CONF, ""), (plugin, "active = no\n")],
            "auditd",
            "plugins.syslog.active",
            "false",
            "/etc/audit/plugins.d/syslog.conf:1",
        ),
        (&[(CONF, ""), (plugin, "path = /x\n")], "auditd", "plugins.syslog.active", "false", ""),
        (
            &[(CONF, ""), ("/etc/audisp/plugins.d/au-remote.conf", "ACTIVE=YES\n")],
            "auditd",
            "plugins.au-remote.active",
            "true",
            "",
        ),
        (&[(CONF, "")], "auditd", "plugins", "{}", ""),
        (&[("/etc/passwd", "")], "auditd", "plugins", "-", ""),
    ]);
    let (built, _) = ask(&[(CONF, "max_log_file=8\n")], "auditd", "max_log_file", "8", "/etc/audit/auditd.conf:1");
    assert!(built.gaps.iter().any(|gap| gap.kind == GapKind::Unparsed && gap.message.contains("auditd refuses")));
}

#[test]
fn a_host_without_auditing_says_so_if_it_is_known_what_it_is() {
    let fstab = ("/etc/fstab", "/dev/vda1 / ext4 defaults 0 1\n");
    let release = ("/etc/os-release", "ID=debian\nVERSION_ID=13\n");
    let other = ("/var/lib/dpkg/status", "Package: cron\nStatus: install ok installed\nVersion: 3\n");
    ask(&[release, fstab, other], "audit", "installed", "false", "/etc/os-release:1");
    ask(&[release, fstab, ("/usr/sbin/", "")], "audit", "installed", "false", "/etc/os-release:1");
    assert!(attribute(&host(&[release]).0, "audit", "installed").is_none());
    let status = ("/var/lib/dpkg/status", "Package: auditd\nStatus: install ok installed\nVersion: 1:3.0.9-1\n");
    ask(&[release, status], "audit", "installed", "true", "/var/lib/dpkg/status:3");
    ask(&[release, ("/usr/sbin/auditd", "")], "audit", "installed", "true", "");
    let (built, _) = host(&[("/etc/passwd", "")]);
    assert!(!built.resources.iter().any(|resource| resource.kind.starts_with("audit")));
}

#[test]
fn rules_that_cannot_be_read_leave_what_they_may_record_unknown() {
    let files = [LOADER, (PART, "-w /etc/passwd -p wa\n"), ("/etc/audit/rules.d/20-x.rules/", "")];
    let (built, _) =
        ask(&files, "audit.watch /etc/passwd", "recorded.write", "true", "/etc/audit/rules.d/10-clinic.rules:1");
    let shadow = attribute(&built, "audit.watch /etc/shadow", "recorded.write").map(plain).unwrap();
    assert!(shadow.starts_with("unknown("), "{shadow}");
    assert!(built.gaps.iter().any(|gap| gap.path.contains("20-x.rules")));
    let binary: String = (0..5_000u32).map(|n| char::from((n % 256) as u8)).collect();
    let deep = "-a always,exit ".to_owned() + &"-F auid!=0 ".repeat(50_000);
    for text in [&binary, &deep] {
        host(&[LOADER, (FILE, text)]);
    }
}

/// A tree as somebody sees it who may not look into /etc/audit.
#[derive(Debug)]
struct Refused(crate::open::Memory);

impl Refused {
    fn refuses(path: &std::path::Path) -> bool {
        let path = path.strip_prefix("/").unwrap_or(path);
        path.starts_with("etc/audit") && path != std::path::Path::new("etc/audit")
    }
}

impl crate::open::Tree for Refused {
    fn read(&self, path: &std::path::Path, budget: &crate::budget::Budget) -> Result<Vec<u8>, crate::open::OpenError> {
        if Self::refuses(path) { Err(crate::open::OpenError::Denied) } else { self.0.read(path, budget) }
    }

    fn stat(&self, path: &std::path::Path) -> Result<crate::open::Stat, crate::open::OpenError> {
        if Self::refuses(path) { Err(crate::open::OpenError::Denied) } else { self.0.stat(path) }
    }

    fn link(&self, path: &std::path::Path) -> Result<std::path::PathBuf, crate::open::OpenError> {
        if Self::refuses(path) { Err(crate::open::OpenError::Denied) } else { self.0.link(path) }
    }

    fn list(&self, path: &std::path::Path) -> Result<Vec<String>, crate::open::OpenError> {
        if Self::refuses(path) { Err(crate::open::OpenError::Denied) } else { self.0.list(path) }
    }
}

#[test]
fn what_an_ordinary_user_may_not_read_is_unknown_and_does_not_vanish() {
    use crate::open::{Kind, Memory, Stat};
    let stat = Stat { kind: Kind::File, mode: 0o640, uid: 0, gid: 0, size: 0, modified: None };
    let mut tree = Memory::default();
    for (path, text) in [
        ("/usr/sbin/auditd", ""),
        ("/usr/lib/systemd/system/auditd.service", "[Service]\nExecStartPost=-/sbin/augenrules --load\n"),
        (CONF, "flush = DATA\n"),
        ("/etc/audit/audit.rules", "-w /etc/passwd -p wa\n"),
        ("/etc/audit/rules.d/a.rules", "-w /etc/passwd -p wa\n"),
    ] {
        tree.file(std::path::Path::new(path), text.as_bytes(), stat);
    }
    let (mut sources, budget) = (crate::source::Sources::default(), crate::budget::Budget::default());
    let built = crate::model::host::build(&Refused(tree), false, "", &mut sources, &budget);
    let resource = |kind: &str, address: &str| crate::model::testing::find(&built, kind, address).attributes.clone();
    assert!(resource("auditd", "auditd").as_unknown().is_some());
    for key in ["rules", "loads", "loginuid_immutable", "off_for_tasks", "elevation_recorded"] {
        let attributes = resource("audit.rules", "audit.rules");
        assert!(attributes.get(key).unwrap().as_unknown().is_some(), "{key}");
    }
    for path in [CONF, "/etc/audit/audit.rules"] {
        let file = resource("file", path);
        assert_eq!(plain(file.get("role").unwrap()), "audit-config");
        assert!(file.get("permissions").unwrap().as_unknown().is_some(), "{path}");
    }
    assert!(built.gaps.iter().any(|gap| gap.hint.as_deref() == Some("run the audit as root")));
}
