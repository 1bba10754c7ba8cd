//! The processor architecture of a host, as far as its files show it, and which system calls it has.

use crate::model::host::audit::parse::Arch;
use crate::model::host::view::View;

/// An architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Machine {
    /// 64 bits, and 32-bit programs run too.
    X86_64,
    /// 64 bits with the system calls of the first Unix.
    Other64,
    /// 64 bits with the generic system calls only (syscalls(2)): no `open`, `chmod`, `rename`.
    Generic64,
    /// 32 bits.
    Bits32,
}

/// The programs that load others, by ABI: each libc puts its own in one place.
const LOADERS: &[(&str, Machine)] = &[
    ("/lib64/ld-linux-x86-64.so.2", Machine::X86_64),
    ("/lib/ld-musl-x86_64.so.1", Machine::X86_64),
    ("/lib/ld-linux-aarch64.so.1", Machine::Generic64),
    ("/lib/ld-musl-aarch64.so.1", Machine::Generic64),
    ("/lib/ld-linux-riscv64-lp64d.so.1", Machine::Generic64),
    ("/lib64/ld64.so.2", Machine::Other64),
    ("/lib/ld64.so.1", Machine::Other64),
    ("/lib/ld-linux-armhf.so.3", Machine::Bits32),
    ("/lib/ld-linux.so.2", Machine::Bits32),
    ("/lib/ld-musl-i386.so.1", Machine::Bits32),
];

/// The architecture by the loader, dpkg's list (its first line is the machine's own), or the names of
/// directories of libraries.
pub fn machine(view: &dyn View) -> Option<Machine> {
    let loader = LOADERS.iter().find(|(path, _)| view.exists(path)).map(|(_, machine)| *machine);
    let dpkg = || {
        let arch = view.read("/var/lib/dpkg/arch").ok()?;
        named(arch.text.lines().next()?)
    };
    let status = || {
        let status = view.read("/var/lib/dpkg/status").ok()?;
        status.text.lines().filter_map(|line| line.strip_prefix("Architecture: ")).find_map(named)
    };
    let libraries = || {
        let names = view.list("/etc/ld.so.conf.d").ok()?;
        names.iter().find_map(|name| name.split(['-', '.']).find_map(named).or_else(|| named_in(name)))
    };
    loader.or_else(dpkg).or_else(status).or_else(libraries)
}

fn named_in(name: &str) -> Option<Machine> {
    ["x86_64", "aarch64", "ppc64le", "s390x", "riscv64"]
        .iter()
        .find(|arch| name.contains(**arch))
        .and_then(|a| named(a))
}

fn named(arch: &str) -> Option<Machine> {
    match arch.trim() {
        "amd64" | "x86_64" => Some(Machine::X86_64),
        "arm64" | "aarch64" | "riscv64" | "loong64" => Some(Machine::Generic64),
        "ppc64el" | "ppc64le" | "s390x" => Some(Machine::Other64),
        "i386" | "armhf" | "armel" => Some(Machine::Bits32),
        _ => None,
    }
}

/// Calls that the generic table of Linux lacks, as `*at` calls do their work.
const NOT_GENERIC: &[&str] = &[
    "chmod", "chown", "creat", "lchown", "link", "mkdir", "mknod", "open", "rename", "rmdir", "symlink", "unlink",
    "utime", "utimes",
];
/// Calls that only 32-bit machines have.
const ONLY_32: &[&str] = &["stime", "umount"];

impl Machine {
    /// Whose system calls programs on it can make.
    pub fn archs(self) -> &'static [Arch] {
        match self {
            Machine::X86_64 => &[Arch::B64, Arch::B32],
            Machine::Other64 | Machine::Generic64 => &[Arch::B64],
            Machine::Bits32 => &[Arch::B32],
        }
    }
}

/// True if the call exists.
pub fn has_call(machine: Option<Machine>, arch: Arch, call: &str) -> bool {
    match arch {
        Arch::B32 => true,
        Arch::B64 if ONLY_32.contains(&call) => false,
        Arch::B64 => machine != Some(Machine::Generic64) || !NOT_GENERIC.contains(&call),
    }
}
