//! When the makers of operating systems stop, or will stop, to fix them.
//!
//! The date is the end of *standard* support: what everybody who runs the system gets, security fixes
//! included, without a contract for more (Ubuntu Pro, RHEL ELS, SLES LTSS, Debian LTS, Oracle Extended).
//!
//! Sources, as of January 2026: <https://wiki.debian.org/DebianReleases>, <https://wiki.ubuntu.com/Releases>,
//! <https://access.redhat.com/support/policy/updates/errata> (maintenance support),
//! <https://www.centos.org/cl-vs-cs/>, <https://wiki.rockylinux.org/rocky/version/>,
//! <https://wiki.almalinux.org/release-notes/>, Oracle's lifetime support policy (premier support),
//! <https://aws.amazon.com/linux/>, <https://www.suse.com/lifecycle> (general support),
//! <https://en.opensuse.org/Lifetime>, <https://alpinelinux.org/releases/>,
//! <https://docs.fedoraproject.org/en-US/releases/>, and the summary of all at <https://endoflife.date>.

/// What is known of a system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Support {
    /// Standard support ends on this day (ISO 8601).
    Until(&'static str),
    /// The system is known, this version of it is not.
    UnknownVersion,
    /// The system is not known.
    UnknownSystem,
}

/// The end of standard support of a system, by the `ID` and `VERSION_ID` of its os-release(5).
/// `centos-stream` stands for CentOS Stream, which calls itself `centos` as its predecessor did.
pub fn end_of_life(id: &str, version: Option<&str>) -> Support {
    let Some((_, versions)) = SYSTEMS.iter().find(|(name, _)| *name == id) else { return Support::UnknownSystem };
    let find = |version: &str| versions.iter().find(|(name, _)| *name == version);
    // 9.4 of Red Hat and 3.20.3 of Alpine belong to 9 and 3.20.
    let mut candidate = version;
    while let Some(version) = candidate {
        if let Some((_, day)) = find(version) {
            return Support::Until(day);
        }
        candidate = version.rsplit_once('.').map(|(less, _)| less).filter(|_| !is_by_minor(id, version));
    }
    Support::UnknownVersion
}

/// True if the minor version has an end of its own, so that an unknown one says nothing.
fn is_by_minor(id: &str, version: &str) -> bool {
    matches!(id, "sles" | "ubuntu" | "opensuse-leap" | "alpine") && version.matches('.').count() < 2
}

/// The end of the long-term support that everybody gets without a contract: Debian LTS
/// (<https://wiki.debian.org/LTS>), for amd64, i386, arm64 and armhf.
pub fn end_of_long_term_support(id: &str, version: Option<&str>) -> Option<&'static str> {
    let versions = [
        ("8", "2020-06-30"),
        ("9", "2022-06-30"),
        ("10", "2024-06-30"),
        ("11", "2026-08-31"),
        ("12", "2028-06-30"),
        ("13", "2030-06-30"),
    ];
    versions.iter().find(|(name, _)| id == "debian" && version == Some(*name)).map(|(_, day)| *day)
}

type System = (&'static str, &'static [(&'static str, &'static str)]);

const SYSTEMS: &[System] = &[
    ("almalinux", &[("8", "2029-03-01"), ("9", "2032-05-31"), ("10", "2035-05-31")]),
    (
        "alpine",
        &[
            ("3.5", "2018-11-01"),
            ("3.6", "2019-05-01"),
            ("3.7", "2019-11-01"),
            ("3.8", "2020-05-01"),
            ("3.9", "2020-11-01"),
            ("3.10", "2021-05-01"),
            ("3.11", "2021-11-01"),
            ("3.12", "2022-05-01"),
            ("3.13", "2022-11-01"),
            ("3.14", "2023-05-01"),
            ("3.15", "2023-11-01"),
            ("3.16", "2024-05-23"),
            ("3.17", "2024-11-22"),
            ("3.18", "2025-05-09"),
            ("3.19", "2025-11-01"),
            ("3.20", "2026-04-01"),
            ("3.21", "2026-11-01"),
            ("3.22", "2027-05-01"),
            ("3.23", "2027-11-01"),
        ],
    ),
    ("amzn", &[("2018.03", "2023-12-31"), ("2", "2026-06-30"), ("2023", "2029-06-30")]),
    ("centos", &[("6", "2020-11-30"), ("7", "2024-06-30"), ("8", "2021-12-31")]),
    ("centos-stream", &[("8", "2024-05-31"), ("9", "2027-05-31"), ("10", "2030-01-01")]),
    (
        "debian",
        &[
            ("7", "2016-04-25"),
            ("8", "2018-06-17"),
            ("9", "2020-07-18"),
            ("10", "2022-09-10"),
            ("11", "2024-08-14"),
            ("12", "2026-06-10"),
            ("13", "2028-08-09"),
        ],
    ),
    (
        "fedora",
        &[
            ("27", "2018-11-30"),
            ("28", "2019-05-28"),
            ("29", "2019-11-26"),
            ("30", "2020-05-26"),
            ("31", "2020-11-24"),
            ("32", "2021-05-25"),
            ("33", "2021-11-30"),
            ("34", "2022-06-07"),
            ("35", "2022-12-13"),
            ("36", "2023-05-16"),
            ("37", "2023-12-05"),
            ("38", "2024-05-21"),
            ("39", "2024-11-26"),
            ("40", "2025-05-13"),
            ("41", "2025-12-15"),
            ("42", "2026-05-13"),
            ("43", "2026-12-09"),
        ],
    ),
    ("ol", &[("6", "2021-03-31"), ("7", "2024-12-31"), ("8", "2029-07-31"), ("9", "2032-06-30"), ("10", "2035-06-30")]),
    (
        "opensuse-leap",
        &[
            ("42.3", "2019-07-01"),
            ("15.0", "2019-12-03"),
            ("15.1", "2021-02-02"),
            ("15.2", "2022-01-04"),
            ("15.3", "2022-12-31"),
            ("15.4", "2023-12-07"),
            ("15.5", "2024-12-31"),
            ("15.6", "2026-04-30"),
            ("16.0", "2027-10-31"),
        ],
    ),
    (
        "rhel",
        &[
            ("5", "2017-03-31"),
            ("6", "2020-11-30"),
            ("7", "2024-06-30"),
            ("8", "2029-05-31"),
            ("9", "2032-05-31"),
            ("10", "2035-05-31"),
        ],
    ),
    ("rocky", &[("8", "2029-05-31"), ("9", "2032-05-31"), ("10", "2035-05-31")]),
    (
        "sles",
        &[
            ("11.4", "2019-03-31"),
            ("12", "2016-06-30"),
            ("12.1", "2017-05-31"),
            ("12.2", "2018-03-31"),
            ("12.3", "2019-06-30"),
            ("12.4", "2020-06-30"),
            ("12.5", "2024-10-31"),
            ("15", "2019-12-31"),
            ("15.1", "2021-01-31"),
            ("15.2", "2021-12-31"),
            ("15.3", "2022-12-31"),
            ("15.4", "2023-12-31"),
            ("15.5", "2024-12-31"),
            ("15.6", "2025-12-31"),
            ("15.7", "2031-07-31"),
            ("16.0", "2027-11-30"),
        ],
    ),
    (
        "ubuntu",
        &[
            ("14.04", "2019-04-02"),
            ("16.04", "2021-04-02"),
            ("18.04", "2023-05-31"),
            ("18.10", "2019-07-18"),
            ("19.04", "2020-01-23"),
            ("19.10", "2020-07-06"),
            ("20.04", "2025-05-31"),
            ("20.10", "2021-07-22"),
            ("21.04", "2022-01-20"),
            ("21.10", "2022-07-14"),
            ("22.04", "2027-04-01"),
            ("22.10", "2023-07-20"),
            ("23.04", "2024-01-20"),
            ("23.10", "2024-07-12"),
            ("24.04", "2029-05-31"),
            ("24.10", "2025-07-10"),
            ("25.04", "2026-01-15"),
            ("25.10", "2026-07-01"),
            ("26.04", "2031-04-30"),
        ],
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_find_their_line() {
        let table = [
            ("debian", Some("12"), Support::Until("2026-06-10")),
            ("rhel", Some("9.4"), Support::Until("2032-05-31")),
            ("alpine", Some("3.20.3"), Support::Until("2026-04-01")),
            ("sles", Some("15.9"), Support::UnknownVersion),
            ("ubuntu", Some("22.04"), Support::Until("2027-04-01")),
            ("debian", None, Support::UnknownVersion),
            ("debian", Some("99"), Support::UnknownVersion),
            ("plan9", Some("4"), Support::UnknownSystem),
            ("ol", Some("10.0"), Support::Until("2035-06-30")),
            ("sles", Some("15.6"), Support::Until("2025-12-31")),
        ];
        assert_eq!(end_of_long_term_support("debian", Some("11")), Some("2026-08-31"));
        assert_eq!(end_of_long_term_support("ubuntu", Some("11")), None);
        for (id, version, expected) in table {
            assert_eq!(end_of_life(id, version), expected, "{id} {version:?}");
        }
    }

    #[test]
    fn every_day_is_a_day() {
        for (id, versions) in SYSTEMS {
            for (version, day) in *versions {
                assert!(day.parse::<jiff::civil::Date>().is_ok(), "{id} {version} {day}");
            }
        }
    }
}
