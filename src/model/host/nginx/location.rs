//! A location: where it sends requests, and what becomes of hidden files.

use crate::model::host::nginx::effective::{Found, Level};
use crate::model::host::nginx::read::Item;
use crate::model::host::nginx::server::is_loopback;
use crate::value::{Reason, Value};

/// Scheme and host of what a location passes requests to; none if it passes none.
pub fn upstream(level: &Level, http: &[Item]) -> Option<Value> {
    let passes = ["proxy_pass", "grpc_pass"];
    let item = passes.iter().find_map(|name| level.here(name).next())?;
    let target = item.args.first()?;
    let at = item.span;
    let (scheme, rest) = target.split_once("://").unwrap_or(("", target));
    let scheme = match scheme {
        "https" | "grpcs" => "https",
        "http" | "grpc" => "http",
        _ if target.starts_with('$') => return Some(Value::unknown(Reason::Running, target.as_str(), at)),
        _ => "http",
    };
    let host = rest.split(['/', '?']).next().unwrap_or_default();
    let mut attributes = vec![("scheme", Value::string(scheme, at)), ("host", Value::string(host, at))];
    let local = if host.contains('$') {
        Value::unknown(Reason::Running, host, at)
    } else {
        Value::bool(is_local(host, http), at)
    };
    attributes.push(("local", local));
    Some(Value::object(attributes, at))
}

/// True if the host, or every server of the `upstream` block of that name, is this machine.
fn is_local(host: &str, http: &[Item]) -> bool {
    let block = http.iter().find(|item| item.name == "upstream" && item.args.first().is_some_and(|name| name == host));
    let servers = block.and_then(|block| block.block.as_deref()).map(|items| {
        items.iter().filter(|item| item.name == "server").filter_map(|item| item.args.first()).collect::<Vec<_>>()
    });
    match servers {
        Some(servers) => !servers.is_empty() && servers.into_iter().all(|server| is_here(server)),
        None => is_here(host),
    }
}

fn is_here(server: &str) -> bool {
    if server.starts_with("unix:") {
        return true;
    }
    let host = match server.rsplit_once(':') {
        Some((host, port)) if port.chars().all(|c| c.is_ascii_digit()) => host,
        _ => server,
    };
    is_loopback(host.trim_start_matches('[').trim_end_matches(']'))
}

/// True if some location of the server refuses paths that begin with a dot.
pub fn denies_hidden_files(server: &Level) -> bool {
    server.here("location").any(|item| {
        let is_pattern = item.args.first().is_some_and(|word| word.starts_with('~'));
        let hidden = item.args.last().is_some_and(|pattern| pattern.contains("/\\.") || pattern.starts_with("\\."));
        let block = item.block.as_deref().unwrap_or_default();
        let refuses = block.iter().any(|inner| {
            let first = inner.args.first().map(String::as_str);
            matches!((&*inner.name, first), ("deny", Some("all")) | ("return", Some("403" | "404" | "444")))
        });
        is_pattern && hidden && refuses
    })
}

/// True if files of a directory are served: a root in the server or one of its locations, or one around it for
/// what no location takes.
pub fn serves_files(server: &Level) -> bool {
    let names = |items: &[Item]| items.iter().any(|item| matches!(&*item.name, "root" | "alias" | "try_files"));
    let blocks = server.here("location").filter_map(|item| item.block.as_deref());
    names(server.items) || blocks.into_iter().any(names)
}

/// True if the server or one of its locations has one of these directives in effect.
pub fn has(server: &Level, directives: &[&'static str]) -> bool {
    let blocks = server.here("location").filter_map(|item| item.block.as_deref());
    let inside = |items: &[Item]| items.iter().any(|item| directives.contains(&&*item.name));
    directives.iter().any(|name| matches!(server.find(name, true), Found::Set(..))) || blocks.into_iter().any(inside)
}

/// The formats of the access logs that are written here: what `log_format` says, `combined` if nothing does.
pub fn log_formats(level: &Level, http: &[Item]) -> Vec<String> {
    /// <https://nginx.org/en/docs/http/ngx_http_log_module.html#log_format>
    const COMBINED: &str = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \
                            \"$http_referer\" \"$http_user_agent\"";
    let named = |name: &str| {
        let mut formats = http.iter().filter(|item| item.name == "log_format");
        let found = formats.find(|item| item.args.first().is_some_and(|known| known == name));
        found
            .map(|item| item.args.iter().skip(1).filter(|arg| !arg.starts_with("escape=")).cloned().collect::<String>())
    };
    match level.find("access_log", true) {
        Found::Set(set, _) => set
            .into_iter()
            .filter(|item| item.args.first().is_some_and(|path| path != "off"))
            .map(|item| {
                let format = item.args.get(1).filter(|word| !word.contains('='));
                format.and_then(|name| named(name)).unwrap_or_else(|| COMBINED.to_owned())
            })
            .collect(),
        _ => vec![COMBINED.to_owned()],
    }
}
