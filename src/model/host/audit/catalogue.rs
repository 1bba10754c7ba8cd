//! The system calls and files that guidance asks to record. A rule chooses among them.

/// Calls whose use is worth a record; those that rules name come to them. Sources: the sample rules of audit-userspace (30-pci-dss, 30-ospp),
/// the DISA STIGs and CIS benchmarks of Linux distributions.
pub const CALLS: &[&str] = &[
    "adjtimex",
    "chmod",
    "chown",
    "clock_settime",
    "creat",
    "delete_module",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "fchown",
    "fchownat",
    "finit_module",
    "fremovexattr",
    "fsetxattr",
    "ftruncate",
    "init_module",
    "lchown",
    "lremovexattr",
    "lsetxattr",
    "mount",
    "open",
    "open_by_handle_at",
    "openat",
    "removexattr",
    "rename",
    "renameat",
    "renameat2",
    "rmdir",
    "setdomainname",
    "sethostname",
    "settimeofday",
    "setxattr",
    "stime",
    "truncate",
    "unlink",
    "unlinkat",
];

/// When a file is among those that are asked about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presence {
    /// Always: it is worth a record that it appears.
    Always,
    /// If the host has it.
    IfThere,
}

/// Files and, with a slash at the end, directories.
pub const PATHS: &[(&str, Presence)] = {
    use Presence::{Always, IfThere};
    &[
        ("/etc/passwd", Always),
        ("/etc/group", Always),
        ("/etc/shadow", Always),
        ("/etc/gshadow", Always),
        ("/etc/security/opasswd", Always),
        ("/etc/sudoers", Always),
        ("/etc/sudoers.d/", Always),
        ("/etc/localtime", Always),
        ("/etc/issue", Always),
        ("/etc/issue.net", Always),
        ("/etc/hosts", Always),
        ("/etc/hostname", IfThere),
        ("/etc/networks", IfThere),
        ("/etc/network/", IfThere),
        ("/etc/netplan/", IfThere),
        ("/etc/NetworkManager/", IfThere),
        ("/etc/sysconfig/network", IfThere),
        ("/etc/sysconfig/network-scripts/", IfThere),
        ("/etc/selinux/", IfThere),
        ("/usr/share/selinux/", IfThere),
        ("/etc/apparmor/", IfThere),
        ("/etc/apparmor.d/", IfThere),
        ("/var/run/utmp", Always),
        ("/var/log/wtmp", Always),
        ("/var/log/btmp", Always),
        ("/var/log/lastlog", Always),
        ("/var/log/faillog", IfThere),
        ("/var/log/tallylog", IfThere),
        ("/etc/audit/", IfThere),
        ("/etc/pam.d/", IfThere),
        ("/etc/ssh/sshd_config", IfThere),
        ("/var/lib/orthanc/", IfThere),
        ("/var/lib/postgresql/", IfThere),
        ("/var/lib/pgsql/", IfThere),
        ("/var/lib/mysql/", IfThere),
        ("/var/lib/mongodb/", IfThere),
        ("/var/lib/openmrs/", IfThere),
        ("/var/lib/dcm4chee/", IfThere),
        ("/srv/phi/", IfThere),
        ("/srv/openemr/", IfThere),
    ]
};

/// Programs of administrators, looked for in the usual directories.
pub const PROGRAMS: &[&str] = &[
    "chacl",
    "chage",
    "chcon",
    "chfn",
    "chsh",
    "crontab",
    "gpasswd",
    "halt",
    "init",
    "kmod",
    "mount",
    "newgrp",
    "pam_timestamp_check",
    "passwd",
    "pkexec",
    "postdrop",
    "postqueue",
    "poweroff",
    "reboot",
    "restorecon",
    "semanage",
    "setfacl",
    "setfiles",
    "setsebool",
    "shutdown",
    "ssh-agent",
    "ssh-keysign",
    "su",
    "sudo",
    "sudoedit",
    "umount",
    "unix2_chkpwd",
    "unix_chkpwd",
    "unix_update",
    "usermod",
    "userhelper",
];

/// Where programs are.
pub const DIRECTORIES: &[&str] = &["/usr/bin", "/usr/sbin", "/bin", "/sbin", "/usr/local/bin", "/usr/local/sbin"];

/// Directories of helpers.
pub const HELPERS: &[&str] = &[
    "/usr/libexec",
    "/usr/libexec/openssh",
    "/usr/lib/openssh",
    "/usr/lib/polkit-1",
    "/usr/lib/policykit-1",
    "/usr/lib/dbus-1.0",
    "/usr/lib/eject",
    "/usr/lib/xorg",
    "/usr/lib/snapd",
];
