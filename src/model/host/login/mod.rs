//! People and their sessions: /etc/login.defs, accounts and groups, shells, notices.

mod accounts;
mod banner;
mod defs;
pub mod groups;
mod shell;
#[cfg(test)]
mod tests;

pub use accounts::probe as accounts;
pub use banner::probe as banners;
pub use defs::{Defs, probe as defs};
pub use shell::probe as shells;
