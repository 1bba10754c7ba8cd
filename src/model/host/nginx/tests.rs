//! The effective settings of nginx, from its manual.

use crate::model::host::services;
use crate::model::testing::{attribute, build, host, place, plain};
use crate::model::{Built, host as model};
use crate::resource::GapKind;
use crate::source::Sources;

const MAIN: &str = "/etc/nginx/nginx.conf";

/// Files, address, path of the attribute, value (`-` for none), deciding line.
type Row<'a> = (&'a [(&'a str, &'a str)], &'a str, &'a str, &'a str, &'a str);

fn check((built, sources): &(Built, Sources), (files, address, key, expected, at): &Row) {
    let value = attribute(built, address, key);
    let all: Vec<_> = built.resources.iter().map(|it| &*it.address).collect();
    assert_eq!(value.map_or("-".into(), plain), *expected, "{key} of {address} in {files:?}; there are {all:?}");
    if let Some(value) = value {
        assert_eq!(place(sources, value), *at, "{key} of {address} in {files:?}");
    }
}

#[test]
fn what_holds_is_inherited_as_the_manual_says() {
    let simple = "http {\n server_tokens off;\n server {\n listen 443 ssl;\n server_name a b;\n location / {\n autoindex on;\n }\n }\n}";
    let headers = "http { server {\n listen 80;\n add_header X-A 1;\n add_header X-B \"2 3\" always;\n location /x {\n add_header X-C 4;\n }\n location /y { }\n }\n}";
    let included = &[
        (MAIN, "http {\n include conf.d/*.conf;\n ssl_protocols TLSv1.2;\n}"),
        ("/etc/nginx/conf.d/b.conf", "server {\n listen 443 ssl;\n server_name b;\n}\n"),
        ("/etc/nginx/conf.d/a.conf", "server { listen 443 ssl; server_name a;\n ssl_protocols TLSv1;\n}\n"),
    ];
    let debian = &[
        (MAIN, "http { server { listen 443 ssl; } }"),
        ("/var/lib/dpkg/status", "Package: nginx\nStatus: install ok installed\nVersion: 1.22.1-9+deb12u1\n\n"),
    ];
    let newer = &[
        (MAIN, "http { server { listen 443 ssl; } }"),
        ("/var/lib/dpkg/status", "Package: nginx\nStatus: install ok installed\nVersion: 1.28.0-6\n\n"),
    ];
    let rows: &[Row] = &[
        (&[(MAIN, simple)], "nginx/a:443", "server_tokens", "off", "/etc/nginx/nginx.conf:2"),
        (&[(MAIN, simple)], "nginx/a:443", "autoindex", "-", ""),
        (&[(MAIN, simple)], "nginx/a:443 location /", "autoindex", "on", "/etc/nginx/nginx.conf:7"),
        (&[(MAIN, simple)], "nginx/a:443 location /", "server_tokens", "off", "/etc/nginx/nginx.conf:2"),
        (&[(MAIN, simple)], "nginx/a:443", "server_name", "[a, b]", "/etc/nginx/nginx.conf:3"),
        (&[(MAIN, simple)], "nginx/a:443", "tls", "true", "/etc/nginx/nginx.conf:4"),
        (&[(MAIN, headers)], "nginx/_:80", "headers", "{x-a: 1, x-b: 2 3}", "/etc/nginx/nginx.conf:1"),
        (&[(MAIN, headers)], "nginx/_:80 location /x", "headers", "{x-c: 4}", "/etc/nginx/nginx.conf:5"),
        (&[(MAIN, headers)], "nginx/_:80 location /y", "headers", "{x-a: 1, x-b: 2 3}", "/etc/nginx/nginx.conf:8"),
        // Files are included in the order of their names, and the first server of a socket decides its protocols.
        (included, "nginx/b:443", "ssl_protocols", "[TLSv1]", "/etc/nginx/conf.d/a.conf:2"),
        (debian, "nginx/_:443", "ssl_protocols", "[TLSv1, TLSv1.1, TLSv1.2]", "/etc/nginx/nginx.conf:1"),
        (newer, "nginx/_:443", "ssl_protocols", "[TLSv1.2, TLSv1.3]", "/etc/nginx/nginx.conf:1"),
        (
            &[(MAIN, "http { server { listen 443 ssl; } }")],
            "nginx/_:443",
            "ssl_protocols",
            "unknown(needs a running system: ssl_protocols is not set, and its default depends on the version)",
            "/etc/nginx/nginx.conf:1",
        ),
        (
            &[(MAIN, "http { keepalive_timeout 1m30s 10; server {} }")],
            "nginx/_:80",
            "keepalive_timeout",
            "90",
            "/etc/nginx/nginx.conf:1",
        ),
        (
            &[(MAIN, "http { client_max_body_size 2M; server {} }")],
            "nginx/_:80",
            "client_max_body_size",
            "2097152",
            "/etc/nginx/nginx.conf:1",
        ),
        (
            &[(MAIN, "http { root /x; server { limit_req zone=a; } }")],
            "nginx/_:80",
            "limits_requests",
            "true",
            "/etc/nginx/nginx.conf:1",
        ),
        (
            &[(MAIN, "http { server { location / { root /x; } } }")],
            "nginx/_:80",
            "serves_files",
            "true",
            "/etc/nginx/nginx.conf:1",
        ),
        (&[(MAIN, "user www www;\nhttp {}")], "nginx", "user", "www www", "/etc/nginx/nginx.conf:1"),
        (
            &[(MAIN, "error_log /a;\nhttp {\n error_log /b warn;\n error_log syslog:server=x;\n server {} }")],
            "nginx/_:80",
            "error_log",
            "[/b warn, syslog:server=x]",
            "/etc/nginx/nginx.conf:3",
        ),
    ];
    for row in rows {
        check(&host(row.0), row);
    }
}

#[test]
fn plain_http_is_served_redirected_or_refused() {
    for (inside, expected) in [
        ("return 301 https://$host$request_uri;", "redirects to https"),
        ("return https://$host;", "redirects to https"),
        ("return 301 http://other;", "serves"),
        ("return 444;", "refuses"),
        ("return 200 ok;", "serves"),
        ("rewrite ^(.*)$ https://$host$1 permanent;", "redirects to https"),
        ("rewrite ^/old https://$host/new;", "serves"),
        ("if ($scheme = http) { return 301 https://$host$request_uri; } root /x;", "redirects to https"),
        ("if ($host = a) { return 301 https://a; } root /x;", "serves"),
        ("location / { return 301 https://$host$request_uri; }", "redirects to https"),
        (
            "location /.well-known/acme-challenge/ { root /x; } location / { return 301 https://$host; }",
            "redirects to https",
        ),
        ("location /x { return 301 https://$host; }", "serves"),
        ("location / { return 301 https://$host; } location /api { proxy_pass http://b; }", "serves"),
        ("root /x;", "serves"),
        ("include x.conf;", "unknown(a file that was not read: x.conf)"),
    ] {
        let text = format!("http {{ server {{ {inside} }} }}");
        let (built, _) = host(&[(MAIN, &text)]);
        let address = if inside.starts_with("include") { "nginx/_" } else { "nginx/_:80" };
        assert_eq!(plain(attribute(&built, address, "plain_answer").unwrap()), expected, "{inside}");
    }
}

#[test]
fn listens_and_upstreams_are_told_apart() {
    let text = "http { upstream local { server 127.0.0.1:1; server unix:/x; } upstream far { server 127.0.0.1; server b; }
      server { listen 127.0.0.1:80; listen [::1]:81; listen unix:/s; listen 8443 ssl; listen [::]:82; listen a:83 default_server;
      location /1 { proxy_pass http://local/x; } location /2 { proxy_pass https://far; } location /3 { proxy_pass http://$b; }
      location /4 { proxy_pass http://localhost:8080; } location /5 { fastcgi_pass unix:/x; } } }";
    let (built, _) = host(&[(MAIN, text)]);
    let shown = |address: &str, key: &str| attribute(&built, address, key).map_or("-".into(), plain);
    let ports = attribute(&built, "nginx/_:80", "plain").unwrap().as_list().unwrap();
    assert_eq!(ports.iter().map(|it| plain(it.get("port").unwrap())).collect::<Vec<_>>(), ["82", "83"]);
    for (location, expected) in [
        ("/1", "{scheme: http, host: local, local: true}"),
        ("/2", "{scheme: https, host: far, local: false}"),
        ("/3", "{scheme: http, host: $b, local: unknown(needs a running system: $b)}"),
        ("/4", "{scheme: http, host: localhost:8080, local: true}"),
        ("/5", "-"),
    ] {
        assert_eq!(shown(&format!("nginx/_:80 location {location}"), "upstream"), expected);
    }
}

#[test]
fn a_part_in_a_repository_does_not_know_what_is_around_it() {
    let server = "server {\n listen 443 ssl;\n server_name ehr;\n ssl_protocols TLSv1.3;\n}";
    let alone = build(&model::MODEL, &[("files/conf.d/ehr.conf", server)], &[]);
    let row = |key, expected, at| (&[][..], "nginx/ehr:443", key, expected, at);
    check(&alone, &row("ssl_protocols", "[TLSv1.3]", "files/conf.d/ehr.conf:4"));
    let unknown = "unknown(a file that was not read: the nginx.conf that includes this)";
    check(&alone, &row("server_tokens", unknown, "files/conf.d/ehr.conf:1"));
    let main = "http {\n server_tokens off;\n include /etc/nginx/conf.d/*.conf;\n include mime.types;\n}";
    let both = build(&model::MODEL, &[("files/nginx.conf", main), ("files/conf.d/ehr.conf", server)], &[]);
    check(&both, &row("server_tokens", "off", "files/nginx.conf:2"));
    assert_eq!((both.0.resources.len(), both.0.gaps.len()), (2, 0));
    // A file called nginx.conf that only holds a server is a part all the same.
    check(
        &build(&model::MODEL, &[("proxy/nginx.conf", server)], &[]),
        &row("server_tokens", unknown, "proxy/nginx.conf:1"),
    );
    assert!(services::role("x/default.conf", "foo = 1").is_none());
}

#[test]
fn what_cannot_be_read_is_named() {
    for (text, kind) in [
        ("http { server { listen 80; }", GapKind::Unparsed),
        ("http { include /etc/nginx/none.conf; }", GapKind::Missing),
        ("include /etc/nginx/nginx.conf;", GapKind::Unparsed),
    ] {
        let (built, _) = host(&[(MAIN, text)]);
        assert!(built.gaps.iter().any(|gap| gap.kind == kind), "{text}: {:?}", built.gaps);
    }
    let (built, _) = host(&[(MAIN, "http { include none.conf; server { listen 443 ssl; } }")]);
    let tokens = attribute(&built, "nginx/_:443", "server_tokens").unwrap();
    assert_eq!(plain(tokens), "unknown(a file that was not read: none.conf)");
}
