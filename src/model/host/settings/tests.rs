//! Settings as their services read them.

use crate::model::host;
use crate::model::testing::{attribute, build, host as machine, place, plain};
use crate::resource::GapKind;

/// File, text, address, path of the attribute, value, deciding line.
#[test]
fn each_dialect_is_read_with_its_lines() {
    for (path, text, address, key, expected, line) in [
        ("/etc/orthanc/orthanc.json", "{ // c\n \"DicomTlsEnabled\": true }", "orthanc", "DicomTlsEnabled", "true", 2),
        ("/etc/mongod.conf", "net:\n  tls:\n    mode: requireTLS\n", "mongodb", "net.tls.mode", "requireTLS", 3),
        ("/etc/mongod.conf", "net.tls.mode: requireTLS\n", "mongodb", "net.tls.mode", "requireTLS", 1),
        (
            "/etc/elasticsearch/elasticsearch.yml",
            "xpack.security.enabled: true\nxpack:\n  security.http.ssl.enabled: false\n",
            "elasticsearch",
            "xpack.security",
            "{enabled: true, http: {ssl: {enabled: false}}}",
            3,
        ),
        ("/etc/redis/redis.conf", "# c\nbind 127.0.0.1 -::1\nport 0\n", "redis", "bind", "127.0.0.1 -::1", 2),
        ("/etc/redis/redis.conf", "save 60 1\nsave 1 60\n", "redis", "save.1", "1 60", 2),
        ("/etc/redis/redis.conf", "protected-mode no\nprotected-mode yes\n", "redis", "protected-mode", "yes", 2),
        ("/etc/kafka/server.properties", "listeners=a\nlisteners=b\n", "kafka", "listeners", "b", 2),
        ("/etc/rabbitmq/rabbitmq.conf", "listeners.tcp = none\n", "rabbitmq", "listeners\u{1}tcp", "none", 1),
        (
            "/etc/kafka/server.properties",
            "a=1\nssl.client.auth=required\n",
            "kafka",
            "ssl\u{1}client\u{1}auth",
            "required",
            2,
        ),
        (
            "/etc/samba/smb.conf",
            "[global]\n  server min protocol = SMB3\n",
            "samba",
            "global.server min protocol",
            "SMB3",
            2,
        ),
        ("/etc/grafana/grafana.ini", "app_mode = x\n[auth.anonymous]\nenabled = true\n", "grafana", "app_mode", "x", 1),
        ("/etc/vsftpd.conf", "ssl_enable=YES\n", "vsftpd", "ssl_enable", "YES", 1),
        ("/opt/connect/conf/mirth.properties", "http.port = 8080\n", "mirth", "http\u{1}port", "8080", 1),
        (
            "/etc/orthanc/orthanc.json",
            "{\"Name\": \"${NAME}\"}",
            "orthanc",
            "Name",
            "unknown(an environment variable: NAME)",
            1,
        ),
    ] {
        let (built, sources) = machine(&[(path, text)]);
        let resource = built.resources.iter().find(|it| &*it.kind == address).unwrap_or_else(|| panic!("{path}"));
        let keys: Vec<String> = key.split('.').map(|part| part.replace('\u{1}', ".")).collect();
        let value = keys.iter().try_fold(&resource.attributes, |value, key| match value.as_list() {
            Some(list) => list.get(key.parse::<usize>().ok()?),
            None => value.get(key),
        });
        let value = value.unwrap_or_else(|| panic!("{key} in {}", plain(&resource.attributes)));
        assert_eq!(plain(value), expected, "{key} in {text}");
        assert_eq!(place(&sources, value), format!("{path}:{line}"), "{key} in {text}");
    }
}

#[test]
fn drop_ins_win_and_files_that_cannot_be_read_leave_nothing_known() {
    let files = [
        ("/etc/orthanc/orthanc.json", "{\"A\": 1, \"B\": {\"x\": 1, \"y\": 1}}"),
        ("/etc/orthanc/tls.json", "{\"B\": {\"y\": 2}}"),
    ];
    let (built, sources) = machine(&files);
    assert_eq!(plain(attribute(&built, "orthanc", "B").unwrap()), "{x: 1, y: 2}");
    assert_eq!(place(&sources, attribute(&built, "orthanc", "B.y").unwrap()), "/etc/orthanc/tls.json:1");
    let (built, _) = machine(&[files[0], ("/etc/orthanc/tls.json", "{\"B\": ")]);
    let orthanc = built.resources.iter().find(|it| &*it.kind == "orthanc").unwrap();
    assert!(orthanc.attributes.as_unknown().is_some());
    assert!(built.gaps.iter().any(|gap| gap.kind == GapKind::Unparsed));
    let (built, _) = machine(&[("/etc/orthanc/orthanc.json", "[1]")]);
    assert!(built.gaps.iter().any(|gap| gap.kind == GapKind::Unparsed));
}

#[test]
fn a_profile_of_spring_is_not_the_rule() {
    let text = "hapi.fhir.cors.allowed_origin: ['*']\n---\nspring.config.activate.on-profile: prod\nhapi.fhir.cors.allowed_origin: [a]\n";
    let (built, _) = build(&host::MODEL, &[("src/application.yaml", text)], &[]);
    assert_eq!(plain(attribute(&built, "hapi", "hapi.fhir.cors.allowed_origin").unwrap()), "[*]");
}

#[test]
fn a_repository_is_searched_by_name_and_content() {
    let realm = "{\"realm\": \"clinic\", \"sslRequired\": \"none\"}";
    let (built, _) = build(&host::MODEL, &[("keycloak/clinic-realm.json", realm)], &[]);
    assert_eq!(plain(attribute(&built, "keycloak.realm", "sslRequired").unwrap()), "none");
    assert!(host::services::role("x/application.yaml", "server:\n  port: 1\n").is_none());
    assert!(host::services::role("package.json", "{}").is_none());
}

#[test]
fn options_of_the_unit_count_and_a_program_without_a_file_has_its_defaults() {
    let unit = "[Service]\nExecStart=/usr/bin/dockerd -H fd:// -H tcp://0.0.0.0:2375 --icc=false \\\n --tlsverify --log-level debug\n";
    let files = [
        ("/usr/bin/dockerd@755:0:0", ""),
        ("/lib/systemd/system/docker.service", unit),
        ("/etc/docker/daemon.json", "{\"live-restore\": true}"),
    ];
    let (built, sources) = machine(&files);
    let shown = |key: &str| plain(attribute(&built, "docker.daemon", key).unwrap());
    assert_eq!((shown("hosts"), shown("icc")), ("[fd://, tcp://0.0.0.0:2375]".into(), "false".into()));
    assert_eq!(
        (shown("tlsverify"), shown("log-level"), shown("live-restore")),
        ("true".into(), "debug".into(), "true".into())
    );
    let at = place(&sources, attribute(&built, "docker.daemon", "icc").unwrap());
    assert_eq!(at, "/lib/systemd/system/docker.service:2");
    let (built, _) = machine(&files[..1]);
    assert_eq!(plain(&built.resources.iter().find(|it| &*it.kind == "docker.daemon").unwrap().attributes), "{}");
}
