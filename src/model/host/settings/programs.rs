//! The services that are read as settings. The id is also the kind of the resource.
//!
//! `names` and `markers` are those of a repository; where a host has the file is what the vendor's manual or
//! the packages say.

use super::{Dialect, Settings};
use crate::model::host::dialect::sections::{Joined, PLAIN, Style};
use crate::model::host::services::{Reads, Service};

/// The plain case: one file.
const fn program(id: &'static str, main: &'static str, dialect: Dialect) -> Service {
    let settings = Settings { dialect, elsewhere: &[], drop_ins: &[], programs: &[], units: &[], dots: false };
    Service { id, main, names: &[], parts: &[], markers: &[], reads: Reads::Settings(settings) }
}

/// `# comment`, `key = value`, quotes around values.
const QUOTED: Style = Style { quotes: true, ..PLAIN };
/// PHP: `;`, also after a value.
const PHP: Style = Style { comments: &[';', '#'], inline: &[';'], ..QUOTED };
/// Samba: `;` and `#`, a backslash joins lines.
const SAMBA: Style = Style { joined: Joined::Backslash, ..PLAIN };

impl Service {
    /// What files are called in a repository.
    const fn names(self, names: &'static [&'static str]) -> Self {
        Service { names, ..self }
    }

    /// Texts one of which stands in every such file.
    const fn markers(self, markers: &'static [&'static str]) -> Self {
        Service { markers, ..self }
    }

    /// Further places where hosts have it.
    const fn or(self, elsewhere: &'static [&'static str]) -> Self {
        match self.reads {
            Reads::Settings(settings) => Service { reads: Reads::Settings(Settings { elsewhere, ..settings }), ..self },
            Reads::Judge(_) => self,
        }
    }

    /// Files that are read after it.
    const fn then(self, drop_ins: &'static [&'static str]) -> Self {
        match self.reads {
            Reads::Settings(settings) => Service { reads: Reads::Settings(Settings { drop_ins, ..settings }), ..self },
            Reads::Judge(_) => self,
        }
    }

    /// Where its program is, and the units that start it.
    const fn runs(self, programs: &'static [&'static str], units: &'static [&'static str]) -> Self {
        match self.reads {
            Reads::Settings(settings) => {
                Service { reads: Reads::Settings(Settings { programs, units, ..settings }), ..self }
            }
            Reads::Judge(_) => self,
        }
    }

    /// `a.b` is `b` within `a`.
    const fn dots(self) -> Self {
        match self.reads {
            Reads::Settings(settings) => {
                Service { reads: Reads::Settings(Settings { dots: true, ..settings }), ..self }
            }
            Reads::Judge(_) => self,
        }
    }
}

/// Every service.
pub const PROGRAMS: &[Service] = &[
    // Databases, queues, search
    program("cassandra", "/etc/cassandra/cassandra.yaml", Dialect::Yaml)
        .names(&["cassandra.yaml"])
        .markers(&["cluster_name"]),
    program("couchdb", "/opt/couchdb/etc/local.ini", Dialect::Sections(PLAIN))
        .names(&["couchdb/local.ini", "couchdb.ini"])
        .or(&["/etc/couchdb/local.ini"])
        .then(&["local.d/*.ini"]),
    program("elasticsearch", "/etc/elasticsearch/elasticsearch.yml", Dialect::Yaml)
        .names(&["elasticsearch.yml", "elasticsearch.yaml"])
        .dots(),
    program("influxdb", "/etc/influxdb/influxdb.conf", Dialect::Sections(QUOTED)).names(&["influxdb.conf"]),
    program("kafka", "/etc/kafka/server.properties", Dialect::Properties)
        .names(&["server.properties", "kafka.properties"])
        .markers(&["broker.id", "process.roles", "log.dirs", "zookeeper.connect", "listeners="])
        .or(&["/opt/kafka/config/server.properties", "/opt/kafka/config/kraft/server.properties"]),
    program("kibana", "/etc/kibana/kibana.yml", Dialect::Yaml).names(&["kibana.yml"]).dots(),
    program("mongodb", "/etc/mongod.conf", Dialect::Yaml)
        .names(&["mongod.conf", "mongod.yaml", "mongod.yml"])
        .or(&["/etc/mongodb.conf"])
        .dots(),
    program("opensearch", "/etc/opensearch/opensearch.yml", Dialect::Yaml).names(&["opensearch.yml"]).dots(),
    program("rabbitmq", "/etc/rabbitmq/rabbitmq.conf", Dialect::Words)
        .names(&["rabbitmq.conf"])
        .then(&["conf.d/*.conf"]),
    program("redis", "/etc/redis/redis.conf", Dialect::Words)
        .names(&["redis.conf", "valkey.conf"])
        .or(&["/etc/redis.conf", "/etc/valkey/valkey.conf"]),
    program("solr.security", "/var/solr/data/security.json", Dialect::Json)
        .names(&["security.json"])
        .markers(&["\"authentication\"", "\"authorization\""]),
    program("zookeeper", "/etc/zookeeper/conf/zoo.cfg", Dialect::Properties)
        .names(&["zoo.cfg", "zookeeper.properties"])
        .or(&["/opt/zookeeper/conf/zoo.cfg", "/etc/kafka/zookeeper.properties"]),
    // Containers and clusters
    program("docker.daemon", "/etc/docker/daemon.json", Dialect::Json)
        .names(&["docker/daemon.json", "daemon.json"])
        .runs(&["/usr/bin/dockerd", "/usr/sbin/dockerd"], &["docker.service"]),
    program("etcd", "/etc/etcd/etcd.conf.yml", Dialect::Yaml).names(&["etcd.conf.yml", "etcd.conf.yaml"]),
    program("podman.policy", "/etc/containers/policy.json", Dialect::Json).names(&["containers/policy.json"]),
    // Files, directories, mail, printing, remote desktops
    program("cockpit", "/etc/cockpit/cockpit.conf", Dialect::Sections(PLAIN)).names(&["cockpit.conf"]),
    program("coturn", "/etc/turnserver.conf", Dialect::Words)
        .names(&["turnserver.conf", "coturn.conf"])
        .or(&["/etc/coturn/turnserver.conf"]),
    program("mosquitto", "/etc/mosquitto/mosquitto.conf", Dialect::Words)
        .names(&["mosquitto.conf"])
        .then(&["conf.d/*.conf"]),
    program("openvpn", "/etc/openvpn/server.conf", Dialect::Words)
        .names(&["openvpn/server.conf", "openvpn/server/*.conf", "openvpn.conf"])
        .or(&["/etc/openvpn/openvpn.conf", "/etc/openvpn/server/*.conf"]),
    program("php", "/etc/php.ini", Dialect::Unsectioned(PHP))
        .names(&["php.ini", "php.ini-production"])
        .or(&["/usr/local/etc/php/php.ini", "/etc/php/php.ini", "/etc/php/*/fpm/php.ini", "/etc/php/*/apache2/php.ini"])
        .then(&["conf.d/*.ini", "/etc/php.d/*.ini"]),
    program("samba", "/etc/samba/smb.conf", Dialect::Sections(SAMBA)).names(&["smb.conf"]),
    program("squid", "/etc/squid/squid.conf", Dialect::Words).names(&["squid.conf"]),
    program("vsftpd", "/etc/vsftpd.conf", Dialect::Words).names(&["vsftpd.conf"]).or(&["/etc/vsftpd/vsftpd.conf"]),
    program("xrdp", "/etc/xrdp/xrdp.ini", Dialect::Sections(PLAIN)).names(&["xrdp.ini"]),
    // Operations
    program("grafana", "/etc/grafana/grafana.ini", Dialect::Sections(PLAIN)).names(&["grafana.ini"]),
    program("prometheus.web", "/etc/prometheus/web.yml", Dialect::Yaml)
        .names(&["web-config.yml", "prometheus/web.yml"]),
    program("nifi", "/opt/nifi/conf/nifi.properties", Dialect::Properties).names(&["nifi.properties"]),
    // Health software
    program("dhis2", "/opt/dhis2/dhis.conf", Dialect::Properties)
        .names(&["dhis.conf"])
        .or(&["/home/dhis/config/dhis.conf"]),
    program("gnuhealth", "/etc/trytond.conf", Dialect::Sections(PLAIN))
        .names(&["trytond.conf"])
        .or(&["/etc/tryton/trytond.conf"]),
    program("hapi", "/etc/hapi/application.yaml", Dialect::Yaml)
        .names(&["application.yaml", "application.yml", "hapi.application.yaml"])
        .markers(&["hapi:", "hapi.fhir"])
        .or(&["/data/hapi/application.yaml"])
        .dots(),
    program("keycloak", "/opt/keycloak/conf/keycloak.conf", Dialect::Properties).names(&["keycloak.conf"]),
    program("keycloak.realm", "/opt/keycloak/data/import/realm.json", Dialect::Json).names(&["*.json"]).markers(&[
        "\"sslRequired\"",
        "\"bruteForceProtected\"",
        "\"ssoSessionIdleTimeout\"",
    ]),
    program("mirth", "/opt/connect/conf/mirth.properties", Dialect::Properties)
        .names(&["mirth.properties"])
        .or(&["/opt/mirthconnect/conf/mirth.properties", "/usr/local/mirthconnect/conf/mirth.properties"]),
    program("openhim", "/etc/openhim/config.json", Dialect::Json)
        .names(&["openhim/default.json", "openhim-core.json", "config/default.json"])
        .markers(&["\"openhim\"", "\"tlsPort\"", "\"httpPort\""]),
    program("openmrs", "/usr/share/openmrs/openmrs-runtime.properties", Dialect::Properties)
        .names(&["openmrs-runtime.properties", "*-runtime.properties"])
        .or(&["/openmrs/data/openmrs-runtime.properties", "/opt/openmrs/openmrs-runtime.properties"]),
    program("orthanc", "/etc/orthanc/orthanc.json", Dialect::Json)
        .names(&["orthanc.json"])
        .or(&["/etc/orthanc/Configuration.json"])
        .then(&["*.json"]),
];
