//! Who gets in, and with what: facts about a service's group `auth`.

use super::modules::{Attempt, Kind, Known, PROOF, SECOND, UNSURE, answers, is_optional_for_users, kind};
use super::settings::Settings;
use super::simulate::{End, explore};
use super::stack::{Call, Line, Stack};
use crate::model::host::login::groups::Groups;
use crate::model::host::view::View;
use crate::resource::Gap;
use crate::source::Span;
use crate::value::{Reason, Value};

/// Where Duo's settings are unless `conf=` says so: /etc/duo is that of its packages, /etc/security that of a build
/// from source.
const DUO: [&str; 2] = ["/etc/duo/pam_duo.conf", "/etc/security/pam_duo.conf"];

/// True if no way in goes without a proof.
pub fn proof_required(stack: &Stack, known: &Known, at: Span) -> Value {
    let asks = |line: &Line| matches!(kind(line), Kind::Password | Kind::Second);
    always(stack, known, PROOF, &asks, at)
}

/// The second factors of a stack: a map.
pub fn second_factor(view: &dyn View, stack: &Stack, known: &Known, at: Span, gaps: &mut Vec<Gap>) -> Value {
    let is_second = |line: &Line| kind(line) == Kind::Second;
    let lines: Vec<&Line> = stack.lines.iter().filter(|line| is_second(line)).collect();
    let names = lines.iter().map(|line| Value::string(name(line), line.span)).collect();
    let mut facts = vec![("modules", Value::list(names, lines.first().map_or(at, |line| line.span)))];
    facts.push(("required", always(stack, known, SECOND, &is_second, at)));
    if let Some(line) = lines.iter().find(|line| is_optional_for_users(line)) {
        facts.push(("enrolment_optional", Value::bool(true, line.span)));
    }
    if let Some(line) = stack.calls("duo").next() {
        facts.push(("fails_open", duo_fails_open(view, line, gaps)));
    }
    Value::object(facts, at)
}

/// The last name of a module.
pub fn name(line: &Line) -> &str {
    match &line.call {
        Call::Module(name) => name,
        Call::Substack | Call::Fail => "",
    }
}

/// True if no way through the stack succeeds without this mark.
fn always(stack: &Stack, known: &Known, mark: u8, interest: &dyn Fn(&Line) -> bool, at: Span) -> Value {
    if let Some(hole) = &stack.hole {
        return hole.value();
    }
    let Some(ends) = explore(stack, &|line| answers(line, Attempt::Any, known), interest) else {
        return Value::unknown(Reason::Budget, "too many ways through the stack", at);
    };
    let without = |end: &&End| end.success && end.marks & mark == 0;
    let place = |end: &End| end.around.unwrap_or(at);
    if let Some(end) = ends.iter().find(|end| without(end) && end.marks & UNSURE == 0) {
        return Value::bool(false, place(end));
    }
    match ends.iter().find(without) {
        Some(end) => {
            let other = stack.lines.iter().find(|line| kind(line) == Kind::Other);
            let name = format!("what pam_{}.so asks for", other.map(name).unwrap_or_default());
            Value::unknown(Reason::Unsupported, name, other.map_or(place(end), |line| line.span))
        }
        None => Value::bool(true, stack.lines.iter().find(|line| interest(line)).map_or(at, |line| line.span)),
    }
}

/// pam_duo.conf: `failmode=safe` lets people in when Duo cannot be reached, and is the default.
fn duo_fails_open(view: &dyn View, line: &Line, gaps: &mut Vec<Gap>) -> Value {
    let named = line.argument("conf").filter(|path| !path.is_empty());
    let path = named.or_else(|| DUO.into_iter().find(|path| view.exists(path))).unwrap_or(DUO[0]);
    let mut settings = Settings::default();
    settings.read(view, path, gaps);
    match settings.get(line, "failmode") {
        Some(found) => Value::bool(found.text != "secure", found.span),
        // Without the file, or with one that cannot be read, the flag is that hole or false.
        None => match settings.flag(line, "failmode") {
            hole if hole.as_unknown().is_some() => hole,
            _ => Value::bool(true, line.span),
        },
    }
}

/// The first pam_unix line that accepts an account without a password.
pub fn nullok(stack: &Stack, at: Span) -> Value {
    if let Some(hole) = &stack.hole {
        return hole.value();
    }
    let found = stack.calls("unix").find(|line| line.has("nullok") || line.has("nullok_secure"));
    found.map_or(Value::bool(false, at), |line| Value::bool(true, line.span))
}

/// pam_wheel(8): who may use the service; a map, with `required` false if others come in as well.
pub fn wheel(auth: &Stack, account: &Stack, known: &Known, groups: &Groups, at: Span) -> Value {
    if let Some(hole) = auth.hole.as_ref().or(account.hole.as_ref()) {
        return Value::object([("required", hole.value())], at);
    }
    let line = auth.calls("wheel").chain(account.calls("wheel")).find(|line| !line.has("deny"));
    let Some(line) = line else { return Value::object([("required", Value::bool(false, at))], at) };
    let outsider = |line: &Line| answers(line, Attempt::Outsider, known);
    let interest = |line: &Line| line.is("wheel");
    // A group that does not ask for the module keeps nobody out for its sake.
    let asking = [auth, account].into_iter().filter(|stack| stack.calls("wheel").next().is_some());
    let mut required = Value::bool(false, at);
    for stack in asking {
        let Some(ends) = explore(stack, &outsider, &interest) else {
            required = Value::unknown(Reason::Budget, "too many ways through the stack", line.span);
            break;
        };
        match ends.iter().find(|end| end.success) {
            Some(end) => required = Value::bool(false, end.around.unwrap_or(line.span)),
            None => {
                required = Value::bool(true, line.span);
                break;
            }
        }
    }
    let group = line.argument("group").filter(|name| !name.is_empty()).unwrap_or("wheel");
    let mut facts = vec![("required", required), ("group", Value::string(group, line.span))];
    facts.extend(groups.members(group).map(|members| ("members", members)));
    Value::object(facts, line.span)
}
