//! Whether a YAML file is Ansible's, by its path and its first lines. Most files are told apart by their first
//! line that is not a comment: a playbook and a list of tasks begin with a dash, next to nothing else does.

use super::files::is_variables;
use super::inventory;
use super::names;

/// Lines that are looked at.
const MAX_LINES: usize = 2_000;

/// True for a playbook, a list of tasks, or variables of a role, a group or a host.
pub fn is_ours(path: &str, text: &str) -> bool {
    is_list(path, text) || is_variables(path) || inventory::is_yaml(text)
}

fn is_list(path: &str, text: &str) -> bool {
    let mut lines = text.lines().take(MAX_LINES).filter(|line| is_content(line)).peekable();
    let Some(first) = lines.peek() else { return false };
    if !(first.starts_with("- ") || *first == "-") {
        return false;
    }
    let in_place = path.rsplit('/').skip(1).any(|name| matches!(name, "tasks" | "handlers"));
    let (mut keys, mut indent): (Vec<&str>, usize) = (Vec::new(), 2);
    for line in lines {
        let Some(rest) = line.strip_prefix('-') else {
            let blanks = line.len() - line.trim_start().len();
            // The keys of an item whose dash stands alone are as far in as the first of them.
            indent = if keys.is_empty() { blanks } else { indent };
            keys.extend(if blanks == indent && blanks > 0 { key(line.trim_start()) } else { None });
            continue;
        };
        if is_item(&keys, in_place) {
            return true;
        }
        keys.clear();
        indent = line.len() - rest.trim_start().len();
        keys.extend(key(rest.trim_start()));
    }
    is_item(&keys, in_place)
}

/// True for a line that is neither empty nor a comment nor the beginning of a document.
fn is_content(line: &str) -> bool {
    let line = line.trim();
    !line.is_empty() && !line.starts_with('#') && !line.starts_with("---") && !line.starts_with("%YAML")
}

/// The key that a line begins with.
fn key(line: &str) -> Option<&str> {
    let (key, rest) = line.split_once(':')?;
    let ends = rest.is_empty() || rest.starts_with(char::is_whitespace);
    ends.then(|| key.trim_matches(['"', '\'']))
}

/// True for the keys of a play or a task.
fn is_item(keys: &[&str], in_place: bool) -> bool {
    let has = |wanted: &[&str]| keys.iter().any(|key| wanted.contains(key));
    let is_play =
        has(&["hosts"]) && (has(&["roles", "become", "vars", "gather_facts", "name"]) || has(&names::SECTIONS));
    is_play
        || has(&names::IMPORT_PLAYBOOK)
        || names::is_task(keys)
        || in_place && keys.iter().any(|key| names::known(key).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn playbooks_and_tasks_are_told_from_other_lists() {
        let table = [
            ("site.yml", "---\n# all\n- hosts: all\n  roles: [common]\n", true),
            ("site.yml", "- import_playbook: web.yml\n", true),
            ("x.yml", "- name: Fetch\n  get_url:\n    url: http://x\n", true),
            ("x.yml", "-\n    name: Fetch\n    apt: name=x\n", true),
            ("x.yml", "- name: Bucket\n  amazon.aws.s3_bucket:\n    name: b\n  when: x\n", true),
            ("x.yml", "- block:\n    - debug:\n  when: x\n", true),
            ("/r/r/tasks/main.yml", "- name: Own\n  my_module: {}\n- apt: name=x\n", true),
            ("/r/r/tasks/main.yml", "- name: Own\n  my_module: {}\n", false),
            ("x.yml", "- name: alice\n  user: alice\n  group: staff\n", false),
            ("x.yml", "- id: check\n  entry: check.sh\n  language: script\n", false),
            ("x.yml", "- src: geerlingguy.nginx\n  version: 1.0\n", false),
            ("x.yml", "hosts: all\ntasks: []\n", false),
            ("x.yml", "- a\n- b\n", false),
            ("x.yml", "", false),
            ("/r/group_vars/all.yml", "a: 1\n", true),
            ("/r/group_vars/all/vault.yml", "$ANSIBLE_VAULT;1.1;AES256\n", true),
            ("/r/roles/web/defaults/main.yml", "a: 1\n", true),
            ("/r/roles/web/vars/debian.yml", "a: 1\n", true),
            ("/r/vars/debian.yml", "a: 1\n", false),
        ];
        for (path, text, expected) in table {
            assert_eq!(is_ours(path, text), expected, "{path}: {text}");
        }
    }
}
