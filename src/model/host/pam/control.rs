//! What a module's return code does to its stack: the control field of pam.conf(5).

/// What a return code leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Action {
    /// It does not count.
    Ignore,
    /// The stack fails, and goes on.
    Bad,
    /// The stack fails at once.
    Die,
    /// The stack succeeds unless something failed, and goes on.
    Ok,
    /// The stack succeeds at once unless something failed.
    Done,
    /// What was decided so far is forgotten.
    Reset,
    /// The next modules are passed over.
    Jump(usize),
}

/// A control field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    named: Vec<(String, Action)>,
    otherwise: Action,
}

impl Control {
    /// Reads a keyword or the text between brackets. What libpam does not understand counts as `bad`.
    pub fn parse(text: &str) -> Control {
        let keyword = match &*text.trim().to_ascii_lowercase() {
            "required" => Some((Action::Ok, Action::Bad, true)),
            "requisite" => Some((Action::Ok, Action::Die, true)),
            "optional" => Some((Action::Ok, Action::Ignore, false)),
            "sufficient" => Some((Action::Done, Action::Ignore, false)),
            _ => None,
        };
        if let Some((success, otherwise, ignores)) = keyword {
            let mut named = vec![("success".to_owned(), success), ("new_authtok_reqd".to_owned(), success)];
            if ignores {
                named.push(("ignore".to_owned(), Action::Ignore));
            }
            return Control { named, otherwise };
        }
        let mut control = Control { named: Vec::new(), otherwise: Action::Bad };
        // Blanks may stand around the equals sign.
        let joined = text.split('=').map(str::trim).collect::<Vec<_>>().join("=");
        for pair in joined.split_whitespace() {
            let Some((code, action)) = pair.split_once('=') else { continue };
            let Some(action) = action_of(action) else { continue };
            match code {
                "default" => control.otherwise = action,
                code => control.named.push((code.to_owned(), action)),
            }
        }
        control
    }

    /// What follows when the module returns `code`.
    pub fn action(&self, code: &str) -> Action {
        let named = self.named.iter().rev().find(|(name, _)| name == code);
        named.map_or(self.otherwise, |(_, action)| *action)
    }
}

fn action_of(text: &str) -> Option<Action> {
    Some(match text {
        "ignore" => Action::Ignore,
        "bad" => Action::Bad,
        "die" => Action::Die,
        "ok" => Action::Ok,
        "done" => Action::Done,
        "reset" => Action::Reset,
        number => match number.parse().ok()? {
            0 => Action::Ignore,
            n => Action::Jump(n),
        },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keywords_are_short_for_brackets() {
        // The four equivalences that pam.conf(5) gives.
        let pairs = [
            ("required", "success=ok new_authtok_reqd=ok ignore=ignore default=bad"),
            ("requisite", "success=ok new_authtok_reqd=ok ignore=ignore default=die"),
            ("sufficient", "success=done new_authtok_reqd=done default=ignore"),
            ("optional", "success=ok new_authtok_reqd=ok default=ignore"),
        ];
        for (keyword, brackets) in pairs {
            for code in ["success", "new_authtok_reqd", "ignore", "auth_err", "user_unknown"] {
                let (short, long) = (Control::parse(keyword), Control::parse(brackets));
                assert_eq!(short.action(code), long.action(code), "{keyword} {code}");
            }
        }
        let jump = Control::parse("success = 2 user_unknown=0 x default=die");
        assert_eq!(jump.action("success"), Action::Jump(2));
        assert_eq!(jump.action("user_unknown"), Action::Ignore);
        assert_eq!(jump.action("auth_err"), Action::Die);
        assert_eq!(Control::parse("nonsense").action("success"), Action::Bad);
    }
}
