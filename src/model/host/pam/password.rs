//! What a new password must be like, and how it is stored: facts about a service's group `password`.

use super::auth::name;
use super::modules::{Kind, kind};
use super::settings::{Found, Settings, number};
use super::simulate::{Outcome, explore};
use super::stack::{Line, Stack};
use crate::model::host::glob;
use crate::model::host::login::Defs;
use crate::model::host::view::View;
use crate::resource::Gap;
use crate::source::Span;
use crate::value::{Data, Number, Reason, Value};

const QUALITY: [&str; 3] = ["pwquality", "cracklib", "passwdqc"];
/// Hash arguments of pam_unix(8).
const HASHES: [&str; 7] = ["md5", "bigcrypt", "sha256", "sha512", "blowfish", "gost_yescrypt", "yescrypt"];
/// pwquality.conf(5): "Cannot be set to lower value than 6."
const SHORTEST: i64 = 6;
/// The new password was stored.
const STORED: u8 = 1;

/// Facts about one password stack that begins at `at`.
pub fn facts(view: &dyn View, stack: &Stack, defs: &Defs, at: Span, gaps: &mut Vec<Gap>) -> Vec<(&'static str, Value)> {
    if let Some(hole) = &stack.hole {
        return ["quality", "minimum_length", "history", "hash"].map(|key| (key, hole.value())).to_vec();
    }
    let quality = stack.lines.iter().find(|line| QUALITY.iter().any(|name| line.is(name)));
    let mut facts = match quality {
        Some(line) => checked(view, stack, line, gaps),
        None => unchecked(stack, at),
    };
    facts.push(("history", history(view, stack, at, gaps)));
    facts.extend(stack.calls("unix").next().map(|line| ("hash", hash(line, defs))));
    let checks = |line: &Line| QUALITY.iter().chain(&["pwhistory"]).any(|name| line.is(name));
    let after = stack.lines.iter().skip_while(|line| !checks(line)).skip(1).find(|line| line.is("unix"));
    facts.extend(after.map(|line| ("uses_checked", Value::bool(line.has("use_authtok"), line.span))));
    facts
}

/// The facts where a module looks at the new password.
fn checked(view: &dyn View, stack: &Stack, line: &Line, gaps: &mut Vec<Gap>) -> Vec<(&'static str, Value)> {
    let mut settings = Settings::default();
    let mut facts = vec![("module", Value::string(name(line), line.span))];
    if line.is("passwdqc") {
        if let Some(path) = line.argument("config") {
            settings.read(view, path, gaps);
        }
        let unenforced = settings.get(line, "enforce").filter(|found| found.text == "none");
        facts.push(("enforced", unenforced.map_or_else(|| rejects(stack, line), |it| Value::bool(false, it.span))));
        let everyone = settings.get(line, "enforce").filter(|found| found.text != "everyone");
        let for_root = everyone.map_or(Value::bool(true, line.span), |found| Value::bool(false, found.span));
        facts.push(("enforce_for_root", for_root));
        let length = shortest(settings.get(line, "min"), line.span);
        return vec![("quality", Value::object(facts, line.span)), ("minimum_length", length)];
    }
    let is_cracklib = line.is("cracklib");
    if !is_cracklib {
        for path in glob::expand(view, "/etc/security/pwquality.conf.d/*.conf").paths {
            settings.read(view, &path, gaps);
        }
        settings.read(view, "/etc/security/pwquality.conf", gaps);
    }
    let unenforced = settings.get(line, "enforcing").filter(|found| found.text == "0" && !is_cracklib);
    facts.push(("enforced", unenforced.map_or_else(|| rejects(stack, line), |it| Value::bool(false, it.span))));
    for key in ["enforce_for_root", "local_users_only"] {
        facts.push((key, settings.flag(line, key)));
    }
    // pam_cracklib(8) has other defaults than pam_pwquality(8).
    let pick = |pwquality, cracklib| if is_cracklib { cracklib } else { pwquality };
    let numbers = [
        ("minlen", pick(8, 9)),
        ("difok", pick(1, 5)),
        ("minclass", 0),
        ("maxrepeat", 0),
        ("maxsequence", 0),
        ("maxclassrepeat", 0),
        ("retry", 1),
        ("dictcheck", 1),
        ("usercheck", 1),
        ("gecoscheck", 0),
    ];
    facts.extend(numbers.map(|(key, absent)| (key, settings.number(line, key, absent))));
    let credits = ["dcredit", "ucredit", "lcredit", "ocredit"].map(|key| (key, settings.number(line, key, pick(0, 1))));
    facts.push(("classes", classes(facts.iter().find(|(key, _)| *key == "minclass").map(|(_, it)| it), &credits)));
    let minlen = facts.iter().find(|(key, _)| *key == "minlen").map(|(_, value)| value.clone());
    let length = minlen.map(|minlen| length(&minlen, &credits));
    facts.extend(credits);
    let mut all = vec![("quality", Value::object(facts, line.span))];
    all.extend(length.map(|length| ("minimum_length", length)));
    all
}

/// How short a password may be: each positive credit makes up for one character of its class (pam_pwquality(8)).
fn length(minlen: &Value, credits: &[(&str, Value)]) -> Value {
    let Some(minimum) = whole(minlen) else { return minlen.clone() };
    let mut credit = 0;
    let mut span = minlen.span;
    for (_, value) in credits {
        let Some(given) = whole(value) else { return value.clone() };
        if given > 0 {
            (credit, span) = (credit + given.min(1_000), value.span);
        }
    }
    let span = if credit > 0 { span } else { minlen.span };
    Value::int(minimum.saturating_sub(credit).max(SHORTEST), span)
}

/// How many classes of characters a password must have: `minclass`, or those with a negative credit.
fn classes(minclass: Option<&Value>, credits: &[(&str, Value)]) -> Value {
    let Some(minclass) = minclass else { return Value::unknown(Reason::Invalid, "minclass", credits_span(credits)) };
    let Some(least) = whole(minclass) else { return minclass.clone() };
    let mut asked = 0;
    let mut span = minclass.span;
    for (_, value) in credits {
        let Some(given) = whole(value) else { return value.clone() };
        if given < 0 {
            (asked, span) = (asked + 1, value.span);
        }
    }
    if asked > least { Value::int(asked, span) } else { Value::int(least, minclass.span) }
}

fn credits_span(credits: &[(&str, Value)]) -> Span {
    credits.first().map_or(Span::new(crate::source::SourceId(0), 0..0), |(_, value)| value.span)
}

fn whole(value: &Value) -> Option<i64> {
    match value.data {
        Data::Number(Number::Int(number)) => Some(number),
        _ => None,
    }
}

/// The smallest of the five lengths of `min=`; passwdqc.conf(5): the default is disabled,24,11,8,7.
fn shortest(min: Option<Found>, at: Span) -> Value {
    let Some(found) = min else { return Value::int(7, at) };
    let lengths: Vec<i64> = found.text.split(',').filter_map(|word| word.trim().parse().ok()).collect();
    match lengths.iter().min() {
        Some(least) => Value::int(*least, found.span),
        None => Value::unknown(Reason::Invalid, "min of passwdqc", found.span),
    }
}

/// The facts where no module does: pam_unix(8) asks for six characters.
fn unchecked(stack: &Stack, at: Span) -> Vec<(&'static str, Value)> {
    let mut facts = vec![("quality", Value::object([("enforced", Value::bool(false, at))], at))];
    if let Some(line) = stack.calls("unix").next() {
        facts.push(("minimum_length", Settings::default().number(line, "minlen", SHORTEST)));
    }
    facts
}

/// Which passwords may not come back, and how many.
fn history(view: &dyn View, stack: &Stack, at: Span, gaps: &mut Vec<Gap>) -> Value {
    if let Some(line) = stack.calls("pwhistory").next() {
        let mut settings = Settings::default();
        settings.read(view, line.argument("conf").unwrap_or("/etc/security/pwhistory.conf"), gaps);
        let facts = [
            ("module", Value::string("pwhistory", line.span)),
            ("enforced", rejects(stack, line)),
            ("remember", settings.number(line, "remember", 10)),
            ("enforce_for_root", settings.flag(line, "enforce_for_root")),
        ];
        return Value::object(facts, line.span);
    }
    let unix = stack.calls("unix").find_map(|line| Some((line, line.argument("remember")?.to_owned())));
    let Some((line, remember)) = unix else {
        return Value::object([("enforced", Value::bool(false, at)), ("remember", Value::int(0, at))], at);
    };
    let facts = [
        ("module", Value::string("unix", line.span)),
        ("enforced", Value::bool(true, line.span)),
        ("remember", number(&Found { text: remember, span: line.span })),
        ("enforce_for_root", Value::bool(false, line.span)),
    ];
    Value::object(facts, line.span)
}

/// True if no password is stored that the module of `judge` refuses.
fn rejects(stack: &Stack, judge: &Line) -> Value {
    let answers = |line: &Line| {
        let plain = |codes: &[&'static str]| codes.iter().map(|code| Outcome { code, marks: 0 }).collect::<Vec<_>>();
        if line == judge {
            return plain(&["authtok_err"]);
        }
        match kind(line) {
            Kind::Permit => plain(&["success"]),
            Kind::Deny => plain(&["authtok_err"]),
            Kind::Password => {
                let mut all = plain(&["authtok_err", "user_unknown", "ignore", "authinfo_unavail"]);
                all.push(Outcome { code: "success", marks: STORED });
                all
            }
            _ => plain(&["success", "ignore", "authtok_err"]),
        }
    };
    match explore(stack, &answers, &|line| line == judge) {
        None => Value::unknown(Reason::Budget, "too many ways through the stack", judge.span),
        Some(ends) => match ends.iter().find(|end| end.success && end.marks & STORED != 0) {
            Some(end) => Value::bool(false, end.around.unwrap_or(judge.span)),
            None => Value::bool(true, judge.span),
        },
    }
}

/// How pam_unix stores a new password: its argument, else ENCRYPT_METHOD of login.defs, else the old DES.
fn hash(line: &Line, defs: &Defs) -> Value {
    let named = line.arguments.iter().rev().find(|word| HASHES.contains(&word.as_str()));
    if let Some(name) = named {
        return Value::string(name.as_str(), line.span);
    }
    match defs.value("encrypt_method") {
        Some(value) => match value.as_str() {
            Some(text) => Value::string(text.to_ascii_lowercase(), value.span),
            None => value,
        },
        None => Value::string("des", line.span),
    }
}
