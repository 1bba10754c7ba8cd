//! Programs that a server rarely needs, and what they are called where: packages, units, files, entries of
//! inetd and xinetd. Names from the distributions' package lists (packages.debian.org,
//! packages.fedoraproject.org, pkgs.alpinelinux.org, software.opensuse.org) and the files of those packages.

/// A program.
pub struct Program {
    /// Its kind is `program.` and this.
    pub class: &'static str,
    /// Its name.
    pub name: &'static str,
    /// The packages that bring it.
    pub packages: &'static [&'static str],
    /// Files of which each shows that it is there, where packages cannot be read or did not bring it.
    pub files: &'static [&'static str],
    /// The units that start it; empty for a program that people start.
    pub units: &'static [&'static str],
    /// What inetd and xinetd call the service.
    pub inetd: &'static [&'static str],
}

const fn server(
    class: &'static str,
    name: &'static str,
    packages: &'static [&'static str],
    files: &'static [&'static str],
    units: &'static [&'static str],
) -> Program {
    Program { class, name, packages, files, units, inetd: &[] }
}

const fn client(
    class: &'static str,
    name: &'static str,
    packages: &'static [&'static str],
    files: &'static [&'static str],
) -> Program {
    server(class, name, packages, files, &[])
}

const fn by_inetd(program: Program, inetd: &'static [&'static str]) -> Program {
    Program { inetd, ..program }
}

/// Every program, those of one class together.
pub const PROGRAMS: &[Program] = &[
    server(
        "avahi",
        "avahi",
        &["avahi-daemon", "avahi"],
        &["/usr/sbin/avahi-daemon"],
        &["avahi-daemon.service", "avahi-daemon.socket"],
    ),
    client(
        "compiler",
        "gcc",
        &["gcc", "g++", "build-essential", "gcc-c++", "build-base"],
        &["/usr/bin/gcc", "/usr/bin/cc", "/usr/bin/g++"],
    ),
    client("compiler", "clang", &["clang"], &["/usr/bin/clang"]),
    client("compiler", "tcc", &["tcc"], &["/usr/bin/tcc"]),
    server("crash_reporter", "apport", &["apport"], &[], &["apport.service", "apport-autoreport.path"]),
    server("crash_reporter", "whoopsie", &["whoopsie"], &["/usr/bin/whoopsie"], &["whoopsie.service", "whoopsie.path"]),
    server("crash_reporter", "abrt", &["abrt"], &["/usr/sbin/abrtd"], &["abrtd.service"]),
    client("crash_reporter", "popularity-contest", &["popularity-contest"], &["/usr/sbin/popularity-contest"]),
    server(
        "dhcp_server",
        "ISC dhcpd",
        &["isc-dhcp-server", "dhcp-server"],
        &["/usr/sbin/dhcpd"],
        &["isc-dhcp-server.service", "isc-dhcp-server6.service", "dhcpd.service", "dhcpd6.service"],
    ),
    server(
        "dhcp_server",
        "Kea",
        &["kea-dhcp4-server", "kea-dhcp6-server", "kea", "kea-dhcp4", "kea-dhcp6"],
        &["/usr/sbin/kea-dhcp4", "/usr/sbin/kea-dhcp6"],
        &["kea-dhcp4-server.service", "kea-dhcp6-server.service", "kea-dhcp4.service", "kea-dhcp6.service"],
    ),
    server("dns_server", "BIND", &["bind9", "bind"], &["/usr/sbin/named"], &["named.service", "bind9.service"]),
    server("dns_server", "dnsmasq", &["dnsmasq"], &[], &["dnsmasq.service"]),
    server("dns_server", "Unbound", &["unbound"], &["/usr/sbin/unbound"], &["unbound.service"]),
    server("dns_server", "PowerDNS", &["pdns-server", "pdns"], &["/usr/sbin/pdns_server"], &["pdns.service"]),
    server(
        "dns_server",
        "PowerDNS Recursor",
        &["pdns-recursor"],
        &["/usr/sbin/pdns_recursor"],
        &["pdns-recursor.service"],
    ),
    server("dns_server", "Knot", &["knot"], &["/usr/sbin/knotd"], &["knot.service"]),
    server("dns_server", "NSD", &["nsd"], &["/usr/sbin/nsd"], &["nsd.service"]),
    client("ftp_client", "ftp", &["ftp", "tnftp", "inetutils-ftp"], &["/usr/bin/ftp", "/usr/bin/tnftp"]),
    server(
        "ftp_server",
        "vsftpd",
        &["vsftpd"],
        &["/usr/sbin/vsftpd"],
        &["vsftpd.service", "vsftpd.socket", "vsftpd@.service"],
    ),
    server(
        "ftp_server",
        "ProFTPD",
        &["proftpd-core", "proftpd-basic", "proftpd"],
        &["/usr/sbin/proftpd"],
        &["proftpd.service", "proftpd.socket"],
    ),
    server(
        "ftp_server",
        "Pure-FTPd",
        &["pure-ftpd", "pure-ftpd-ldap", "pure-ftpd-mysql", "pure-ftpd-postgresql"],
        &["/usr/sbin/pure-ftpd"],
        &["pure-ftpd.service"],
    ),
    by_inetd(
        server("ftp_server", "ftpd", &["ftpd", "ftpd-ssl", "inetutils-ftpd"], &["/usr/sbin/in.ftpd"], &[]),
        &["ftp"],
    ),
    client(
        "ldap_client",
        "LDAP tools",
        &["ldap-utils", "openldap-clients", "openldap2-client"],
        &["/usr/bin/ldapsearch"],
    ),
    server(
        "ldap_server",
        "OpenLDAP",
        &["slapd", "openldap-servers"],
        &["/usr/sbin/slapd", "/usr/lib/openldap/slapd"],
        &["slapd.service"],
    ),
    server(
        "ldap_server",
        "389 Directory Server",
        &["389-ds-base", "389-ds"],
        &["/usr/sbin/ns-slapd"],
        &["dirsrv@.service", "dirsrv.target"],
    ),
    server(
        "mail_access",
        "Dovecot",
        &["dovecot-imapd", "dovecot-pop3d", "dovecot-core", "dovecot"],
        &["/usr/sbin/dovecot"],
        &["dovecot.service", "dovecot.socket"],
    ),
    server(
        "mail_access",
        "Cyrus IMAP",
        &["cyrus-imapd", "cyrus-pop3d", "cyrus-common"],
        &["/usr/lib/cyrus/bin/imapd"],
        &["cyrus-imapd.service"],
    ),
    server(
        "mail_access",
        "Courier",
        &["courier-imap", "courier-pop"],
        &["/usr/lib/courier/courier/imapd"],
        &["courier-imap.service", "courier-pop.service"],
    ),
    server(
        "malware_scanner",
        "ClamAV",
        &["clamav-daemon", "clamd", "clamav-server", "clamav"],
        &["/usr/sbin/clamd"],
        &[
            "clamav-daemon.service",
            "clamav-daemon.socket",
            "clamd@.service",
            "clamd.service",
            "clamav-clamonacc.service",
        ],
    ),
    server(
        "malware_scanner",
        "Microsoft Defender",
        &["mdatp"],
        &["/opt/microsoft/mdatp/sbin/wdavdaemon"],
        &["mdatp.service"],
    ),
    server(
        "malware_scanner",
        "CrowdStrike Falcon",
        &["falcon-sensor"],
        &["/opt/CrowdStrike/falcond"],
        &["falcon-sensor.service"],
    ),
    server(
        "malware_scanner",
        "SentinelOne",
        &["sentinelagent", "SentinelAgent"],
        &["/opt/sentinelone/bin/sentinelctl"],
        &["sentinelone.service"],
    ),
    server("malware_scanner", "Sophos", &["sophos-spl"], &["/opt/sophos-spl/bin/wdctl"], &["sophos-spl.service"]),
    server("malware_scanner", "ESET", &["efs", "esets"], &["/opt/eset/efs/sbin/startd"], &["efs.service"]),
    server(
        "malware_scanner",
        "Linux Malware Detect",
        &["maldet"],
        &["/usr/local/maldetect/maldet"],
        &["maldet.service"],
    ),
    server(
        "nfs_server",
        "NFS",
        &["nfs-kernel-server", "nfs-utils"],
        &["/usr/sbin/rpc.nfsd"],
        &["nfs-server.service", "nfs-kernel-server.service", "nfs.service"],
    ),
    server(
        "nis",
        "NIS",
        &["nis", "ypserv", "ypbind", "ypbind-mt", "yp-tools"],
        &["/usr/sbin/ypbind", "/usr/sbin/ypserv"],
        &["ypserv.service", "ypbind.service", "nis.service"],
    ),
    client("prelink", "prelink", &["prelink"], &["/usr/sbin/prelink"]),
    server(
        "print",
        "CUPS",
        &["cups-daemon", "cups", "cups-browsed"],
        &["/usr/sbin/cupsd"],
        &["cups.service", "cups.socket", "cups.path", "cups-browsed.service"],
    ),
    server("proxy", "Squid", &["squid", "squid3", "squid-openssl"], &["/usr/sbin/squid"], &["squid.service"]),
    server("proxy", "Tinyproxy", &["tinyproxy"], &["/usr/bin/tinyproxy"], &["tinyproxy.service"]),
    server("proxy", "Privoxy", &["privoxy"], &["/usr/sbin/privoxy"], &["privoxy.service"]),
    server("routing_daemon", "FRRouting", &["frr"], &["/usr/lib/frr/zebra"], &["frr.service"]),
    server(
        "routing_daemon",
        "Quagga",
        &["quagga", "quagga-core"],
        &["/usr/sbin/zebra"],
        &["zebra.service", "quagga.service", "bgpd.service", "ospfd.service"],
    ),
    server(
        "routing_daemon",
        "BIRD",
        &["bird2", "bird", "bird3"],
        &["/usr/sbin/bird"],
        &["bird.service", "bird6.service"],
    ),
    server(
        "rpcbind",
        "rpcbind",
        &["rpcbind"],
        &["/usr/sbin/rpcbind", "/sbin/rpcbind"],
        &["rpcbind.service", "rpcbind.socket"],
    ),
    client("rsh_client", "rsh", &["rsh", "rsh-client", "rsh-redone-client"], &[]),
    by_inetd(
        server(
            "rsh_server",
            "rsh",
            &["rsh-server", "rsh-redone-server"],
            &["/usr/sbin/in.rshd", "/usr/sbin/in.rlogind", "/usr/sbin/in.rexecd"],
            &["rsh.socket", "rlogin.socket", "rexec.socket"],
        ),
        &["shell", "login", "exec", "rsh", "rlogin", "rexec"],
    ),
    by_inetd(
        server(
            "rsyncd",
            "rsync",
            &["rsync-daemon", "rsync"],
            &["/usr/bin/rsync"],
            &["rsync.service", "rsyncd.service", "rsyncd.socket"],
        ),
        &["rsync"],
    ),
    server(
        "samba",
        "Samba",
        &["samba"],
        &["/usr/sbin/smbd"],
        &["smbd.service", "nmbd.service", "smb.service", "nmb.service", "samba-ad-dc.service", "samba.service"],
    ),
    server("snmp", "Net-SNMP", &["snmpd", "net-snmp"], &["/usr/sbin/snmpd"], &["snmpd.service", "snmpd.socket"]),
    client("talk", "talk", &["talk", "inetutils-talk", "ytalk"], &["/usr/bin/talk", "/usr/bin/ntalk"]),
    by_inetd(
        server(
            "talk",
            "talkd",
            &["talkd", "talk-server", "inetutils-talkd"],
            &["/usr/sbin/in.talkd", "/usr/sbin/in.ntalkd"],
            &["ntalk.socket", "talk.socket"],
        ),
        &["talk", "ntalk"],
    ),
    client(
        "telnet_client",
        "telnet",
        &["telnet", "telnet-ssl", "inetutils-telnet"],
        &["/usr/bin/telnet", "/usr/bin/inetutils-telnet"],
    ),
    by_inetd(
        server(
            "telnet_server",
            "telnetd",
            &["telnetd", "telnetd-ssl", "inetutils-telnetd", "telnet-server"],
            &["/usr/sbin/in.telnetd", "/usr/sbin/telnetd", "/usr/libexec/telnetd"],
            &["telnet.socket", "telnet@.service", "telnetd.service", "inetutils-telnetd.service"],
        ),
        &["telnet"],
    ),
    by_inetd(
        server(
            "tftp",
            "TFTP server",
            &["tftpd-hpa", "atftpd", "tftp-server", "tftpd"],
            &["/usr/sbin/in.tftpd", "/usr/sbin/atftpd"],
            &["tftpd-hpa.service", "tftp.socket", "tftp.service", "atftpd.service", "atftpd.socket"],
        ),
        &["tftp"],
    ),
    client("tftp_client", "TFTP client", &["tftp-hpa", "atftp", "tftp"], &["/usr/bin/tftp", "/usr/bin/atftp"]),
    server(
        "web",
        "Apache httpd",
        &["apache2", "httpd"],
        &["/usr/sbin/apache2", "/usr/sbin/httpd"],
        &["apache2.service", "httpd.service", "httpd.socket"],
    ),
    server(
        "web",
        "nginx",
        &["nginx", "nginx-core", "nginx-full", "nginx-light", "nginx-extras"],
        &["/usr/sbin/nginx"],
        &["nginx.service"],
    ),
    server("web", "lighttpd", &["lighttpd"], &["/usr/sbin/lighttpd"], &["lighttpd.service"]),
    server("web", "Caddy", &["caddy"], &["/usr/bin/caddy"], &["caddy.service"]),
    server("xinetd", "xinetd", &["xinetd"], &["/usr/sbin/xinetd"], &["xinetd.service"]),
    server(
        "xinetd",
        "inetd",
        &["openbsd-inetd", "inetutils-inetd", "rlinetd", "netkit-inetd"],
        &["/usr/sbin/inetd"],
        &["inetd.service", "openbsd-inetd.service", "inetutils-inetd.service", "rlinetd.service"],
    ),
];
