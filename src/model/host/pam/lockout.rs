//! Locking accounts after failures: pam_faillock(8) and its forerunner pam_tally2(8).

use super::modules::{Attempt, COUNTED, Kind, Known, PROOF, UNSURE, WRONG, answers, kind};
use super::settings::{Settings, number};
use super::simulate::{End, explore};
use super::stack::{Line, Stack};
use crate::model::host::view::View;
use crate::resource::Gap;
use crate::source::Span;
use crate::value::{Reason, Value};

/// Where pam_faillock is configured unless `conf=` says so; openSUSE ships the second.
const FILES: [&str; 2] = ["/etc/security/faillock.conf", "/usr/etc/security/faillock.conf"];

/// What becomes of an account after failures: a map; `at` is where the service begins.
pub fn lockout(view: &dyn View, stack: &Stack, known: &Known, at: Span, gaps: &mut Vec<Gap>) -> Value {
    let lines: Vec<&Line> = stack.lines.iter().filter(|line| kind(line) == Kind::Lockout).collect();
    let role = |word: &str| lines.iter().find(|line| line.has(word)).copied();
    // A locked account is refused by the first line that looks at the count; its arguments say when.
    let deciding = role("preauth").or(role("authsucc")).or(lines.first().copied());
    let Some(line) = deciding else {
        return Value::object([("enforced", stack.hole.as_ref().map_or(Value::bool(false, at), |it| it.value()))], at);
    };
    let mut facts =
        vec![("module", Value::string(name(line), line.span)), ("enforced", enforced(stack, known, line.span))];
    let mut settings = Settings::default();
    if line.is("faillock") {
        let named = line.argument("conf").filter(|path| !path.is_empty());
        let path = named.or_else(|| FILES.into_iter().find(|path| view.exists(path))).unwrap_or(FILES[0]);
        settings.read(view, path, gaps);
        facts.push(("deny", settings.number(line, "deny", 3)));
        facts.push(("fail_interval", settings.number(line, "fail_interval", 900)));
        facts.push(("unlock_time", unlock_time(&settings, line, 600)));
    } else {
        // pam_tally2(8): without deny= nobody is refused, without unlock_time= for ever.
        facts.push(("deny", settings.number(line, "deny", 0)));
        facts.push(("unlock_time", unlock_time(&settings, line, 0)));
    }
    let root = settings.get(line, "root_unlock_time");
    let even_root = match &root {
        Some(found) => Value::bool(true, found.span),
        None => settings.flag(line, "even_deny_root"),
    };
    facts.push(("even_deny_root", even_root));
    Value::object(facts, line.span)
}

fn name(line: &Line) -> &str {
    ["faillock", "tally2", "tally"].into_iter().find(|name| line.is(name)).unwrap_or("other")
}

/// Seconds until an account opens again; 0 if an administrator must open it.
fn unlock_time(settings: &Settings, line: &Line, absent: i64) -> Value {
    match settings.get(line, "unlock_time") {
        Some(found) if found.text == "never" => Value::int(0, found.span),
        Some(found) => number(&found),
        None => settings.number(line, "unlock_time", absent),
    }
}

/// True if every wrong password is counted and no locked account comes in.
fn enforced(stack: &Stack, known: &Known, at: Span) -> Value {
    if let Some(hole) = &stack.hole {
        return hole.value();
    }
    let counts = |line: &Line| kind(line) == Kind::Lockout && !line.has("preauth") && !line.has("authsucc");
    let wrong = explore(stack, &|line| answers(line, Attempt::WrongPassword, known), &counts);
    let checks = |line: &Line| kind(line) == Kind::Lockout && !line.has("authfail");
    let locked = explore(stack, &|line| answers(line, Attempt::Locked, known), &checks);
    let (Some(wrong), Some(locked)) = (wrong, locked) else {
        return Value::unknown(Reason::Budget, "too many ways through the stack", at);
    };
    let uncounted = wrong.iter().find(|end| end.marks & WRONG != 0 && end.marks & COUNTED == 0);
    let passed = |end: &&End| end.success && end.marks & PROOF != 0 && end.marks & UNSURE == 0;
    match uncounted.or(locked.iter().find(passed)) {
        Some(end) => Value::bool(false, end.around.unwrap_or(at)),
        None => Value::bool(true, at),
    }
}
