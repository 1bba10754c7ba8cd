//! The words of Ansible: keywords of plays, blocks and tasks
//! (<https://docs.ansible.com/ansible/latest/reference_appendices/playbooks_keywords.html>), and the full names
//! of modules that are called by a short one
//! (<https://docs.ansible.com/ansible/latest/collections/index_module.html>).

/// What a task may have beside its module, parted by blanks.
const TASK: &str = "action always_run any_errors_fatal args async become become_exe become_flags become_method \
                    become_user changed_when check_mode collections connection debugger delay delegate_facts \
                    delegate_to diff environment failed_when ignore_errors ignore_unreachable listen local_action \
                    loop loop_control module_defaults name no_log notify poll port register remote_user retries \
                    run_once sudo sudo_user tags throttle timeout until vars when";

/// The parts of a block that hold tasks.
pub const BLOCK: [&str; 3] = ["block", "rescue", "always"];

/// The parts of a play that hold tasks, in the order in which they run.
pub const SECTIONS: [&str; 4] = ["pre_tasks", "tasks", "post_tasks", "handlers"];

/// What a task hands down to those within it, as far as a rule asks for it.
pub const INHERITED: [&str; 4] = ["become", "become_user", "no_log", "module_defaults"];

/// The key that names a playbook to be run in this place.
pub const IMPORT_PLAYBOOK: [&str; 3] =
    ["import_playbook", "ansible.builtin.import_playbook", "ansible.legacy.import_playbook"];

/// Arguments that are true or false, which Ansible also takes as texts such as `no`.
pub const FLAGS: &[&str] = &[
    "allow_unauthenticated",
    "allow_downgrade",
    "append",
    "backup",
    "create",
    "disable_gpg_check",
    "download_only",
    "follow",
    "force",
    "gpgcheck",
    "install_recommends",
    "only_upgrade",
    "recurse",
    "remote_src",
    "repo_gpgcheck",
    "sslverify",
    "update_cache",
    "update_only",
    "validate_certs",
];

/// Modules that take a text which is not `key=value`, and the argument that the text is.
pub const FREE_FORM: &[(&str, &str)] = &[
    ("ansible.builtin.command", "cmd"),
    ("ansible.builtin.shell", "cmd"),
    ("ansible.builtin.raw", "cmd"),
    ("ansible.builtin.script", "cmd"),
    ("ansible.windows.win_command", "cmd"),
    ("ansible.windows.win_shell", "cmd"),
    ("ansible.builtin.include_tasks", "file"),
    ("ansible.builtin.import_tasks", "file"),
    ("ansible.builtin.include", "file"),
    ("ansible.builtin.include_vars", "file"),
    ("ansible.builtin.meta", "free_form"),
];

/// Collections and the modules that have a short name, parted by blanks.
const COLLECTIONS: &[(&str, &str)] = &[
    (
        "ansible.builtin",
        "add_host apt apt_key apt_repository assemble assert async_status blockinfile command copy cron \
         deb822_repository debconf debug dnf dnf5 dpkg_selections expect fail fetch file find gather_facts \
         get_url getent git group group_by hostname import_playbook import_role import_tasks include \
         include_role include_tasks include_vars iptables known_hosts lineinfile meta mount_facts package \
         package_facts pause ping pip raw reboot replace rpm_key script service service_facts set_fact \
         set_stats setup shell slurp stat subversion systemd systemd_service sysvinit tempfile template \
         unarchive uri user validate_argument_spec wait_for wait_for_connection yum yum_repository",
    ),
    ("ansible.posix", "acl at authorized_key firewalld mount patch seboolean selinux synchronize sysctl"),
    (
        "ansible.windows",
        "win_acl win_command win_copy win_feature win_file win_get_url win_package win_powershell win_reboot \
         win_regedit win_service win_shell win_template win_updates win_user",
    ),
    (
        "community.general",
        "alternatives apk archive bower bundler composer cpanm filesystem gem github_repo gitlab_project \
         homebrew htpasswd ini_file java_cert java_keystore jenkins_job ldap_entry ldap_search locale_gen lvg \
         lvol lxd_container mail make maven_artifact modprobe npm opkg pacman pam_limits pamd pear pipx pkgng \
         portage proxmox redis sefcontext selinux_permissive slack snap ssh_config swupd terraform timezone \
         ufw urpmi xattr xml yarn zypper zypper_repository",
    ),
    (
        "community.crypto",
        "acme_certificate openssh_keypair openssl_csr openssl_dhparam openssl_pkcs12 openssl_privatekey \
         openssl_publickey x509_certificate",
    ),
    (
        "community.docker",
        "docker_compose docker_container docker_host_info docker_image docker_login docker_network \
         docker_prune docker_secret docker_stack docker_swarm docker_volume",
    ),
    ("community.mysql", "mysql_db mysql_info mysql_query mysql_replication mysql_user mysql_variables"),
    (
        "community.postgresql",
        "postgresql_db postgresql_ext postgresql_pg_hba postgresql_privs postgresql_query postgresql_set \
         postgresql_user",
    ),
    ("community.mongodb", "mongodb_user"),
    ("community.rabbitmq", "rabbitmq_user rabbitmq_vhost"),
    ("community.grafana", "grafana_datasource grafana_dashboard"),
    ("community.zabbix", "zabbix_host"),
    ("kubernetes.core", "helm helm_repository k8s k8s_exec k8s_info k8s_scale"),
    (
        "amazon.aws",
        "autoscaling_group aws_caller_info aws_s3 backup_vault cloudformation cloudtrail \
         cloudwatch_metric_alarm cloudwatchlogs_log_group ec2_ami ec2_eip ec2_eni ec2_group ec2_instance \
         ec2_key ec2_security_group ec2_snapshot ec2_tag ec2_vol ec2_vpc_endpoint ec2_vpc_igw \
         ec2_vpc_nat_gateway ec2_vpc_net ec2_vpc_route_table ec2_vpc_subnet elb_application_lb elb_classic_lb \
         iam_group iam_managed_policy iam_policy iam_role iam_user kms_key lambda rds_cluster rds_instance \
         rds_instance_snapshot rds_option_group rds_param_group rds_subnet_group route53 route53_zone \
         s3_bucket s3_object",
    ),
    (
        "community.aws",
        "acm_certificate api_gateway cloudfront_distribution codebuild_project config_rule dms_endpoint \
         dynamodb_table ecs_cluster ecs_ecr ecs_service ecs_taskdefinition efs eks_cluster elasticache \
         elb_network_lb elb_target_group iam_access_key iam_password_policy kinesis_stream opensearch \
         redshift s3_lifecycle s3_logging s3_sync secretsmanager_secret sns sns_topic sqs_queue ssm_parameter \
         waf_web_acl wafv2_web_acl",
    ),
];

/// Short names that begin in such a way belong to one collection.
const PREFIXES: &[(&str, &str)] =
    &[("azure_rm_", "azure.azcollection"), ("gcp_", "google.cloud"), ("vmware_", "community.vmware")];

/// True for a word that stands beside the module of a task.
pub fn is_keyword(key: &str) -> bool {
    TASK.split(' ').any(|word| word == key) || key.starts_with("with_")
}

/// True for a name such as `amazon.aws.s3_bucket`.
pub fn is_full(name: &str) -> bool {
    let is_word = |word: &str| {
        !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_')
    };
    name.split('.').count() >= 3 && name.split('.').all(is_word)
}

/// The full name of a module that is known; `None` for one that is not.
pub fn known(name: &str) -> Option<String> {
    if is_full(name) {
        return Some(match name.strip_prefix("ansible.legacy.") {
            Some(rest) => format!("ansible.builtin.{rest}"),
            None => name.to_owned(),
        });
    }
    let of_list = COLLECTIONS
        .iter()
        .find(|(_, modules)| modules.split(' ').any(|module| module == name))
        .map(|(collection, _)| *collection);
    let by_prefix = || PREFIXES.iter().find(|(prefix, _)| name.starts_with(prefix)).map(|(_, collection)| *collection);
    of_list.or_else(by_prefix).map(|collection| format!("{collection}.{name}"))
}

/// The full name of a module; one that is not known keeps its own (it lies in a `library` directory).
pub fn full(name: &str) -> String {
    known(name).unwrap_or_else(|| name.to_owned())
}

/// True if a map with these keys is a task: one module that is known, or a block, and keywords.
pub fn is_task(keys: &[&str]) -> bool {
    if keys.contains(&"block") {
        return keys.iter().all(|key| is_keyword(key) || BLOCK.contains(key));
    }
    if keys.contains(&"action") || keys.contains(&"local_action") {
        return keys.iter().all(|key| is_keyword(key));
    }
    let mut others = keys.iter().filter(|key| !is_keyword(key));
    others.next().is_some_and(|module| known(module).is_some()) && others.next().is_none()
}
