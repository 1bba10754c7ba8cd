//! The effective settings of Apache httpd, from its manual.

use crate::model::testing::{attribute, build, host, place, plain};
use crate::model::{Built, host as model};
use crate::resource::GapKind;
use crate::source::Sources;

const MAIN: &str = "/etc/apache2/apache2.conf";

fn shown((built, sources): &(Built, Sources), address: &str, key: &str) -> (String, String) {
    let all: Vec<_> = built.resources.iter().map(|it| &*it.address).collect();
    assert!(all.contains(&address), "no {address} in {all:?}");
    let value = attribute(built, address, key);
    (value.map_or("-".into(), plain), value.map_or(String::new(), |value| place(sources, value)))
}

#[test]
fn what_holds_is_what_the_manual_says() {
    let v = "Listen 443\n<VirtualHost *:443>\nServerName ehr\nSSLEngine on\n";
    let end = "\n</VirtualHost>";
    // Before the virtual host, in it, attribute, value, line.
    for (before, inside, key, expected, line) in [
        ("", "", "tls", "true", "5"),
        ("", "SSLProtocol all -SSLv3 -TLSv1 -TLSv1.1", "protocols", "[TLSv1.2, TLSv1.3]", "6"),
        ("", "SSLProtocol -all +TLSv1.2 +TLSv1.3", "protocols", "[TLSv1.2, TLSv1.3]", "6"),
        ("", "SSLProtocol TLSv1.2 TLSv1.3", "protocols", "[TLSv1.3]", "6"),
        ("", "", "protocols", "[TLSv1, TLSv1.1, TLSv1.2, TLSv1.3]", "3"),
        ("SSLProtocol +TLSv1.2", "", "protocols", "[TLSv1.2]", "1"),
        ("TraceEnable off", "", "TraceEnable", "off", "1"),
        ("TraceEnable off", "TraceEnable on", "TraceEnable", "on", "6"),
        ("Timeout 30", "", "Timeout", "30", "1"),
        ("Define T 20", "Timeout ${T}", "Timeout", "20", "6"),
        ("", "Timeout ${T}", "Timeout", "unknown(needs the environment: T)", "6"),
        (
            "LoadModule headers_module x.so",
            "<IfModule mod_headers.c>\nHeader always set X-A 1\n</IfModule>",
            "headers",
            "{x-a: 1}",
            "3",
        ),
        ("", "<IfModule mod_headers.c>\nHeader always set X-A 1\n</IfModule>", "headers", "{}", "3"),
        ("", "<IfModule !headers_module>\nTimeout 1\n</IfModule>", "Timeout", "1", "7"),
        ("Header set X-A 1", "Header unset X-A\nHeader set X-B \"a b\"", "headers", "{x-b: a b}", "3"),
        ("", "<IfVersion >= 2.4>\nTimeout 1\n</IfVersion>", "Timeout", "1", "7"),
        ("", "Timeout \\\n 7", "Timeout", "7", "6"),
        ("", "<Location />\nRequire all denied\n</Location>", "plain_answer", "refuses", "7"),
    ] {
        let text = format!("{before}\n{v}{inside}{end}");
        let (value, at) = shown(&host(&[(MAIN, &text)]), "apache/ehr:443", key);
        if !expected.contains("environment") {
            assert_eq!((&*value, &*at), (expected, &*format!("{MAIN}:{line}")), "{key}: {before} / {inside}");
        } else {
            assert!(value.starts_with("unknown("), "{value}");
        }
    }
}

#[test]
fn plain_answers_are_what_the_server_does() {
    for (inside, expected) in [
        ("Redirect permanent / https://ehr/", "redirects to https"),
        ("Redirect / https://ehr/", "redirects to https"),
        ("Redirect /x https://ehr/", "serves"),
        ("RewriteEngine on\nRewriteRule ^ https://%{HTTP_HOST}%{REQUEST_URI} [R=301,L]", "redirects to https"),
        ("RewriteEngine on\nRewriteRule ^/?(.*) https://%{SERVER_NAME}/$1 [R]", "redirects to https"),
        ("RewriteRule ^/old https://x/ [R]", "serves"),
        ("RedirectMatch ^/(.*)$ https://ehr/$1", "redirects to https"),
        ("DocumentRoot /srv", "serves"),
    ] {
        let built = host(&[(MAIN, &format!("Listen 80\n<VirtualHost *:80>\n{inside}\n</VirtualHost>"))]);
        assert_eq!(shown(&built, "apache/_:80", "plain_answer").0, expected, "{inside}");
    }
}

#[test]
fn files_are_found_as_apache_finds_them() {
    let files = &[
        (
            MAIN,
            "IncludeOptional mods-enabled/*.load\nInclude ports.conf\nIncludeOptional sites-enabled/*.conf\nIncludeOptional none/*.conf\nUser ${APACHE_RUN_USER}",
        ),
        ("/etc/apache2/envvars", "export APACHE_RUN_USER=www-data\n"),
        ("/etc/apache2/ports.conf", "Listen 127.0.0.1:80\n<IfModule ssl_module>\nListen 443\n</IfModule>"),
        ("/etc/apache2/mods-enabled/ssl.load", "LoadModule ssl_module /x/mod_ssl.so"),
        ("/etc/apache2/sites-available/a.conf", "<VirtualHost *:80>\nServerName a\n</VirtualHost>"),
        ("/etc/apache2/sites-enabled/a.conf", "-> ../sites-available/a.conf"),
    ];
    let built = host(files);
    assert_eq!(shown(&built, "apache", "modules").0, "[ssl]");
    assert_eq!(shown(&built, "apache", "User").0, "www-data");
    assert_eq!(shown(&built, "apache/a:80", "plain").0, "[]");
    assert_eq!(shown(&built, "apache/_:443", "tls").0, "false");
    assert!(built.0.gaps.iter().all(|gap| gap.kind == GapKind::Unrecognised), "{:?}", built.0.gaps);
}

#[test]
fn directories_inherit_from_the_root() {
    let text = "<Directory />\nOptions FollowSymLinks\nAllowOverride None\nRequire all denied\n</Directory>\n<Directory /srv>\nOptions +Indexes -FollowSymLinks\nRequire all granted\n</Directory>";
    let built = host(&[(MAIN, text)]);
    assert_eq!(shown(&built, "apache directory /srv", "options").0, "[indexes]");
    assert_eq!(shown(&built, "apache directory /srv", "AllowOverride"), ("None".into(), format!("{MAIN}:3")));
    assert_eq!(shown(&built, "apache directory /srv", "Require").0, "[all granted]");
    assert_eq!(shown(&built, "apache", "root_denied"), ("true".into(), format!("{MAIN}:4")));
}

#[test]
fn a_part_does_not_know_what_is_around_it() {
    let text = "<VirtualHost *:443>\nServerName ehr\nSSLEngine on\n</VirtualHost>";
    let built = build(&model::MODEL, &[("files/sites-available/ehr.conf", text)], &[]);
    assert!(shown(&built, "apache/ehr:443", "TraceEnable").0.starts_with("unknown("));
    assert_eq!(shown(&built, "apache/ehr:443", "tls").0, "true");
}

#[test]
fn what_cannot_be_read_is_named() {
    for (text, kind) in [
        ("<VirtualHost *:80>", GapKind::Unparsed),
        ("</VirtualHost>", GapKind::Unparsed),
        ("Include none.conf", GapKind::Missing),
        ("Include apache2.conf", GapKind::Unparsed),
    ] {
        let (built, _) = host(&[(MAIN, text)]);
        assert!(built.gaps.iter().any(|gap| gap.kind == kind), "{text}: {:?}", built.gaps);
    }
}
