//! The permissions that an argument `mode` gives
//! (<https://docs.ansible.com/ansible/latest/collections/ansible/builtin/file_module.html#parameter-mode>).

use crate::source::Span;
use crate::value::{Data, Number, Reason, Value};

/// `world_writable` and `sticky` of a mode: a number, octal digits in a text, or `u=rw,g=r,o=r`.
pub fn permissions(mode: &Value) -> Value {
    let span = mode.span;
    let of = |bits: Option<i64>| {
        let bit = |mask: i64| bits.map_or_else(|| invalid(span), |bits| Value::bool(bits & mask != 0, span));
        Value::object([("world_writable", bit(0o002)), ("sticky", bit(0o1000))], span)
    };
    match &mode.data {
        Data::Number(Number::Int(bits)) => of(Some(*bits)),
        Data::String(text) if text.starts_with(|c: char| c.is_ascii_digit()) => of(i64::from_str_radix(text, 8).ok()),
        Data::String(text) => {
            let open = || Value::unknown(Reason::Running, "the mode that the file has already", span);
            let flag = |class, permission| match symbolic(text, class, permission) {
                Some(yes) => Value::bool(yes, span),
                None => open(),
            };
            Value::object([("world_writable", flag('o', 'w')), ("sticky", flag('o', 't'))], span)
        }
        Data::Unknown(unknown) => Value::unknown(unknown.reason, unknown.what.clone(), span),
        _ => invalid(span),
    }
}

fn invalid(span: Span) -> Value {
    Value::unknown(Reason::Invalid, "a mode that is no number and no list of classes", span)
}

/// Whether a class has a permission after these clauses; `None` if they leave it as it was.
fn symbolic(text: &str, class: char, permission: char) -> Option<bool> {
    let mut state = None;
    for clause in text.split(',') {
        let Some(at) = clause.find(['=', '+', '-']) else { continue };
        let (classes, rest) = clause.split_at(at);
        let concerns = classes.is_empty() || classes.contains(class) || classes.contains('a');
        let names = rest.get(1..).unwrap_or("").contains(permission);
        match rest.chars().next() {
            _ if !concerns => {}
            Some('=') => state = Some(names),
            Some('+') if names => state = Some(true),
            Some('-') if names => state = Some(false),
            _ => {}
        }
    }
    state
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::testing::plain;
    use crate::source::SourceId;

    #[test]
    fn modes_are_read_in_every_spelling() {
        let here = Span::new(SourceId(0), 0..0);
        let text = |text: &str| Value::string(text, here);
        let kept = "unknown(needs a running system: the mode that the file has already)";
        let table = [
            (Value::int(0o644, here), "false", "false"),
            (Value::int(0o1777, here), "true", "true"),
            (text("0666"), "true", "false"),
            (text("640"), "false", "false"),
            (text("u=rw,g=r,o="), "false", "false"),
            (text("a+rw"), "true", kept),
            (text("u+x"), kept, kept),
            (text("o-w"), "false", kept),
            (text("preserve"), kept, kept),
        ];
        for (mode, writable, sticky) in table {
            let found = permissions(&mode);
            let shown = ["world_writable", "sticky"].map(|name| plain(found.get(name).unwrap()));
            assert_eq!(shown, [writable, sticky], "{mode:?}");
        }
    }
}
