//! The manual's own words as tests: <https://docs.ansible.com/ansible/latest/playbook_guide/>.

use super::MODEL;
use crate::model::testing::{attribute, build, plain};

/// What stands at `path` of the task `address` in these files; `-` when there is nothing.
fn at(files: &[(&str, &str)], address: &str, path: &str) -> String {
    let (built, _) = build(&MODEL, files, &[]);
    let all: Vec<_> = built.resources.iter().map(|it| it.address.to_string()).collect();
    assert!(all.iter().any(|it| it == address), "no {address} in {all:?}");
    attribute(&built, address, path).map_or("-".into(), plain)
}

#[test]
fn modules_and_arguments_have_one_form() {
    let table = [
        ("apt: name=nginx state=latest", "module", "ansible.builtin.apt"),
        ("apt: name=nginx state=latest", "args", "{name: nginx, state: latest}"),
        ("ansible.legacy.apt: { name: nginx }", "module", "ansible.builtin.apt"),
        ("ec2_instance: { name: a }", "module", "amazon.aws.ec2_instance"),
        ("docker_container: { name: a }", "module", "community.docker.docker_container"),
        ("azure_rm_storageaccount: {}", "module", "azure.azcollection.azure_rm_storageaccount"),
        ("our_module: { a: b }", "module", "our_module"),
        (
            "get_url: url=http://x/y dest='/tmp/a b' validate_certs=no",
            "args",
            "{url: http://x/y, dest: /tmp/a b, validate_certs: false}",
        ),
        ("uri: { url: x, validate_certs: 'no' }", "args.validate_certs", "false"),
        ("shell: echo a=b > /x", "args", "{cmd: echo a=b > /x}"),
        ("command: make install chdir=/src", "args", "{chdir: /src, cmd: make install}"),
        ("action: apt name=nginx", "module", "ansible.builtin.apt"),
        ("action: apt name=nginx", "args.name", "nginx"),
        ("local_action: { module: uri, url: x }", "args", "{url: x}"),
        ("yum: { name: a }; args: { name: b, state: latest }", "args", "{name: a, state: latest}"),
        ("debug: ; when: x", "args", "{}"),
        ("debug: ; when: [x, y]", "when", "[x, y]"),
        ("debug: ; with_items: [a]", "loop", "[a]"),
        ("copy: { dest: /x, mode: 0666 }", "permissions.world_writable", "true"),
        ("copy: dest=/x mode=0644", "permissions.world_writable", "false"),
    ];
    for (task, path, expected) in table {
        let text = format!("- hosts: all\n  tasks:\n    - name: t\n      {}\n", task.replace("; ", "\n      "));
        assert_eq!(at(&[("p.yml", &text)], "t", path), expected, "{task}");
    }
}

#[test]
fn variables_are_replaced_where_they_are_written_down() {
    let text = "
- hosts: all
  vars:
    host: example.org
    url: 'http://{{ host }}/x'
    secure: no
    db: { port: 5432 }
    loop: '{{ loop }}'
    hidden: !vault |
      $ANSIBLE_VAULT;1.1;AES256
  tasks:
    - set_fact: { fact: 1 }
    - stat: { path: /x }
      register: found
    - name: t
      uri:
        url: '{{ url }}'
        body: 'port {{ db.port }} of {{ other }}'
        validate_certs: '{{ secure }}'
        a: '{{ url | lower }}'
        b: '{{ fact }}{{ found.x }}'
        c: '{% if x %}y{% endif %}'
        d: '{{ hidden }}'
        e: '{{ loop }}'
        f: '{{ db.other }}'
        g: a {{ host }} b
        h: '{{ t }}'
      vars: { t: own }
";
    let variable = "a variable without a value";
    let table = [
        ("url", "http://example.org/x".to_owned()),
        ("body", format!("unknown({variable}: other)")),
        ("validate_certs", "false".into()),
        ("a", "unknown(a template that was not rendered: url | lower)".into()),
        ("b", "unknown(needs a running system: fact)".into()),
        ("c", "unknown(a template that was not rendered: {% if x %}y{% endif %})".into()),
        ("d", "unknown(needs more rights: a value encrypted with ansible-vault)".into()),
        ("e", "unknown(a template that was not rendered: loop)".into()),
        ("f", "unknown(a template that was not rendered: db.other)".into()),
        ("g", "a example.org b".into()),
        ("h", "own".into()),
    ];
    for (name, expected) in table {
        assert_eq!(at(&[("p.yml", text)], "t", &format!("args.{name}")), expected, "{name}");
    }
    let expressions = "[url, db.port, other, secure, url | lower, fact, found.x, {% if x %}y{% endif %}, hidden, loop, db.other, host, t]";
    assert_eq!(at(&[("p.yml", text)], "t", "expressions"), expressions);
}

#[test]
fn keywords_are_inherited() {
    let text = "
- hosts: all
  become: yes
  no_log: true
  module_defaults:
    uri: { validate_certs: no }
  tasks:
    - block:
        - name: a
          uri: { url: x }
          no_log: false
        - block:
            - name: b
              debug:
          become: no
      rescue:
        - name: c
          uri: { url: x, validate_certs: yes }
          when: z
      when: x
";
    let table = [
        ("a", "become", "true"),
        ("a", "no_log", "false"),
        ("a", "args.validate_certs", "false"),
        ("b", "become", "false"),
        ("b", "no_log", "true"),
        ("c", "args.validate_certs", "true"),
        ("c", "when", "[x, z]"),
    ];
    for (task, path, expected) in table {
        assert_eq!(at(&[("p.yml", text)], task, path), expected, "{task} {path}");
    }
}

#[test]
fn roles_and_imports_get_what_their_users_hand_down() {
    let files = [
        (
            "site.yml",
            "
- hosts: web
  no_log: true
  vars: { port: 1, shared: s }
  roles:
    - role: web
      dir: /srv
- hosts: db
  vars: { port: 2, shared: s }
  tasks:
    - import_role: { name: web }
      vars: { dir: /srv }
    - include_tasks: more.yml
      no_log: true
    - import_tasks: sub/most.yml
      become: yes
",
        ),
        ("more.yml", "- name: more\n  debug: { msg: '{{ port }}' }\n"),
        ("sub/most.yml", "- name: most\n  debug: { msg: '{{ port }}' }\n"),
        (
            "roles/web/tasks/main.yml",
            "
- name: main
  debug: { a: '{{ port }}', b: '{{ shared }}', c: '{{ given }}', d: '{{ kept }}', e: '{{ dir }}', f: '{{ group }}' }
- include_tasks: rest.yml
",
        ),
        ("roles/web/tasks/rest.yml", "- name: rest\n  debug: { a: '{{ given }}' }\n"),
        ("roles/web/handlers/main.yml", "- name: restart\n  debug: { a: '{{ given }}' }\n"),
        ("roles/web/defaults/main.yml", "given: default\nkept: default\ngroup: default\nport: 0\n"),
        ("roles/web/vars/main.yml", "given: role\n"),
        ("roles/alone/tasks/main.yml", "- name: alone\n  debug: { a: '{{ x }}' }\n"),
        ("roles/alone/defaults/main.yml", "x: 1\n"),
        ("group_vars/web.yml", "group: g\n"),
        ("group_vars/all.yml", "everywhere: 1\n"),
    ];
    let table = [
        (
            "main",
            "args.a",
            "unknown(depends on a condition that is not known: port, which differs between those that use it)",
        ),
        ("main", "args.b", "s"),
        ("main", "args.c", "role"),
        ("main", "args.d", "default"),
        ("main", "args.e", "/srv"),
        (
            "main",
            "args.f",
            "unknown(depends on a condition that is not known: group, which differs between those that use it)",
        ),
        (
            "main",
            "no_log",
            "unknown(depends on a condition that is not known: no_log, which differs between those that use it)",
        ),
        ("main", "role", "web"),
        ("rest", "args.a", "role"),
        ("restart", "args.a", "role"),
        ("restart", "handler", "true"),
        ("more", "args.msg", "2"),
        ("more", "no_log", "-"),
        ("more", "become", "-"),
        ("most", "become", "true"),
        ("alone", "args.a", "1"),
    ];
    for (task, path, expected) in table {
        assert_eq!(at(&files, task, path), expected, "{task} {path}");
    }
    let (built, _) = build(&MODEL, &files, &[]);
    assert_eq!(built.gaps.len(), 0, "{:?}", built.gaps);
    assert_eq!(built.used.len(), files.len());
}

#[test]
fn a_loop_over_a_list_is_one_of_its_members() {
    let text = "
- hosts: all
  vars: { mirror: [{ url: 'http://a' }, { url: 'http://b' }] }
  tasks:
    - name: t
      get_url: { url: '{{ it.url }}', dest: '/x/{{ it.url }}', other: '{{ item }}' }
      loop: '{{ mirror }}'
      loop_control: { loop_var: it }
    - name: u
      get_url: { url: '{{ item }}' }
      with_items: [[same], same]
    - name: v
      get_url: { url: '{{ item.key }}' }
      with_dict: { a: b }
";
    let (built, _) = build(&MODEL, &[("p.yml", text)], &[]);
    let choices = |path: &str| {
        let value = attribute(&built, "t", path).unwrap();
        value.choices().unwrap().iter().map(plain).collect::<Vec<_>>()
    };
    assert_eq!(choices("args.url"), ["http://a", "http://b"]);
    assert_eq!(choices("args.dest"), ["/x/http://a", "/x/http://b"]);
    assert_eq!(at(&[("p.yml", text)], "t", "args.other"), "unknown(a variable without a value: item)");
    assert_eq!(at(&[("p.yml", text)], "u", "args.url"), "same");
    assert_eq!(at(&[("p.yml", text)], "v", "args.url"), "unknown(a template that was not rendered: item)");
}

#[test]
fn inventories_and_settings_are_read() {
    let ini = "a.example ansible_host=10.0.0.1 port='1'
# a comment
[tower:children]
blue
[blue]
b.example:22 ; another
[blue:vars]
given = 1
";
    let yaml = "all:\n  children:\n    tower:\n      vars: { given: 1 }\n      children:\n        blue:\n          hosts:\n            c: { ansible_host: 10.0.0.3 }\n";
    let cfg = "[defaults]\nForks = 5\n; x\n[galaxy]\nignore_certs: yes\n";
    let play = "- hosts: all\n  tasks:\n    - name: t\n      debug: { msg: '{{ given }}' }\n";
    let files = [
        ("hosts.ini", ini),
        ("inventory.yml", yaml),
        ("ansible.cfg", cfg),
        ("p.yml", play),
        ("group_vars/all.yml", "given: 2\n"),
    ];
    let table = [
        ("a.example", "address", "10.0.0.1"),
        ("a.example", "port", "1"),
        ("a.example", "groups", "[ungrouped]"),
        ("b.example:22", "address", "b.example"),
        ("b.example:22", "groups", "[blue, tower]"),
        ("c", "address", "10.0.0.3"),
        ("c", "groups", "[blue, tower]"),
        ("ansible.cfg", "defaults.forks", "5"),
        ("ansible.cfg", "galaxy.ignore_certs", "true"),
        (
            "t",
            "args.msg",
            "unknown(depends on a condition that is not known: given, which differs between those that use it)",
        ),
    ];
    for (address, path, expected) in table {
        assert_eq!(at(&files, address, path), expected, "{address} {path}");
    }
}

#[test]
fn what_is_not_there_is_named() {
    let text = "
- hosts: all
  roles: [galaxy.thing, '{{ x }}']
  vars_files: [secret.yml]
  vars: { a: 1 }
  tasks:
    - import_tasks: gone.yml
    - include_tasks: '{{ y }}.yml'
    - name: t
      debug: { msg: '{{ a }}' }
";
    let (built, _) = build(&MODEL, &[("p.yml", text)], &[]);
    let mut gaps: Vec<_> = built.gaps.iter().map(|gap| gap.message.as_str()).collect();
    gaps.sort_unstable();
    assert_eq!(
        gaps,
        ["the role galaxy.thing is not among what was read", "the tasks of gone.yml are not among what was read"]
    );
    assert_eq!(at(&[("p.yml", text)], "t", "args.msg"), "unknown(a file that was not read: a)");
}

#[test]
fn files_that_include_each_other_come_to_an_end() {
    let files = [
        ("p.yml", "- hosts: all\n  tasks:\n    - include_tasks: a.yml\n      vars: { x: '{{ y }}', y: 0 }\n"),
        ("a.yml", "- include_tasks: b.yml\n  vars: { x: 1, y: '{{ x }}' }\n"),
        ("b.yml", "- import_tasks: a.yml\n  vars: { x: 2 }\n  become: yes\n- name: t\n  debug: { msg: '{{ x }}' }\n"),
    ];
    assert_eq!(at(&files, "t", "args.msg"), "1");
}
