//! Citations, as people write them.

use crate::framework::{Control, Framework, Law};

/// "HIPAA 164.312(a)(2)(iv)", "GDPR Art. 32(1)(a)".
pub fn full(framework: &Framework, control: &Control) -> String {
    format!("{} {}", framework.short, control.cited())
}

/// How a control binds, in a word or two. A standard with specifications beneath it has no
/// designation of its own.
pub fn binding(control: &Control) -> &str {
    let standard = control.designation == "n/a" && control.kind == "standard";
    if standard { "standard" } else { &control.designation }
}

/// What the safeguard serves, one text for each framework: "HIPAA 164.312(a)(1), 164.312(e)(1)".
pub fn by_framework(law: &Law, safeguard: &str) -> Vec<String> {
    let mut all: Vec<(&Framework, Vec<&str>)> = Vec::new();
    for (framework, control) in law.controls_of(safeguard) {
        match all.iter_mut().find(|(known, _)| known.id == framework.id) {
            Some((_, cited)) => cited.push(control.cited()),
            None => all.push((framework, vec![control.cited()])),
        }
    }
    all.into_iter().map(|(framework, cited)| format!("{} {}", framework.short, cited.join(", "))).collect()
}
