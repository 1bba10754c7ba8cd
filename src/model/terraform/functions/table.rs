//! Every function by name.

use super::args::Args;
use super::{Outcome, collections, dates, encoding, files, format, hashes, network, numeric, sets, strings, types};

/// Which references the result has.
#[derive(Clone, Copy)]
pub(super) enum Refs {
    /// Those of the arguments.
    All,
    /// Its own: it is one of the arguments, or a part of one.
    Own,
}

/// A function.
pub(super) struct Function {
    pub name: &'static str,
    pub least: usize,
    pub most: usize,
    pub run: fn(&Args) -> Outcome,
    pub refs: Refs,
}

impl Function {
    /// True if the result, whatever it is, is not null.
    pub fn never_null(&self) -> bool {
        let may = ["jsondecode", "regex", "tobool", "tonumber", "tostring", "yamldecode"];
        matches!(self.refs, Refs::All) && !may.contains(&self.name)
    }
}

const ANY: usize = usize::MAX;

const fn all(name: &'static str, least: usize, most: usize, run: fn(&Args) -> Outcome) -> Function {
    Function { name, least, most, run, refs: Refs::All }
}

const fn own(name: &'static str, least: usize, most: usize, run: fn(&Args) -> Outcome) -> Function {
    Function { name, least, most, run, refs: Refs::Own }
}

/// The functions, sorted by name. What is missing here is [`crate::value::Reason::Unsupported`].
pub(super) const FUNCTIONS: &[Function] = &[
    all("abs", 1, 1, numeric::abs),
    all("abspath", 1, 1, files::abspath),
    all("alltrue", 1, 1, collections::alltrue),
    all("anytrue", 1, 1, collections::anytrue),
    all("base64decode", 1, 1, encoding::base64decode),
    all("base64encode", 1, 1, encoding::base64encode),
    all("base64gzip", 1, 1, encoding::base64gzip),
    all("base64sha256", 1, 1, hashes::base64sha256),
    all("base64sha512", 1, 1, hashes::base64sha512),
    all("basename", 1, 1, files::basename),
    all("bcrypt", 1, 2, hashes::bcrypt),
    all("ceil", 1, 1, numeric::ceil),
    all("chomp", 1, 1, strings::chomp),
    own("chunklist", 2, 2, collections::chunklist),
    all("cidrhost", 2, 2, network::cidrhost),
    all("cidrnetmask", 1, 1, network::cidrnetmask),
    all("cidrsubnet", 3, 3, network::cidrsubnet),
    all("cidrsubnets", 1, ANY, network::cidrsubnets),
    own("coalesce", 0, ANY, collections::coalesce),
    own("coalescelist", 0, ANY, collections::coalescelist),
    own("compact", 1, 1, collections::compact),
    all("concat", 0, ANY, collections::concat),
    all("contains", 2, 2, collections::contains),
    all("csvdecode", 1, 1, encoding::csvdecode),
    all("dirname", 1, 1, files::dirname),
    own("distinct", 1, 1, sets::distinct),
    own("element", 2, 2, collections::element),
    all("endswith", 2, 2, strings::endswith),
    own("ephemeralasnull", 1, 1, types::pass),
    all("file", 1, 1, files::file),
    all("filebase64", 1, 1, files::filebase64),
    all("filebase64sha256", 1, 1, hashes::filebase64sha256),
    all("filebase64sha512", 1, 1, hashes::filebase64sha512),
    all("fileexists", 1, 1, files::fileexists),
    all("filemd5", 1, 1, hashes::filemd5),
    all("fileset", 2, 2, files::fileset),
    all("filesha1", 1, 1, hashes::filesha1),
    all("filesha256", 1, 1, hashes::filesha256),
    all("filesha512", 1, 1, hashes::filesha512),
    own("flatten", 1, 1, collections::flatten),
    all("floor", 1, 1, numeric::floor),
    all("format", 1, ANY, format::format),
    all("formatdate", 2, 2, dates::formatdate),
    all("formatlist", 1, ANY, format::formatlist),
    all("indent", 2, 2, strings::indent),
    all("index", 2, 2, collections::index),
    all("issensitive", 1, 1, types::issensitive),
    all("join", 2, ANY, strings::join),
    all("jsondecode", 1, 1, encoding::jsondecode),
    all("jsonencode", 1, 1, encoding::jsonencode),
    all("keys", 1, 1, collections::keys),
    all("length", 1, 1, collections::length),
    own("list", 0, ANY, collections::list),
    all("log", 2, 2, numeric::log),
    own("lookup", 2, 3, collections::lookup),
    all("lower", 1, 1, strings::lower),
    own("map", 0, ANY, collections::map),
    own("matchkeys", 3, 3, collections::matchkeys),
    all("max", 1, ANY, numeric::max),
    all("md5", 1, 1, hashes::md5),
    all("merge", 0, ANY, collections::merge),
    all("min", 1, ANY, numeric::min),
    own("nonsensitive", 1, 1, types::pass),
    own("one", 1, 1, collections::one),
    all("parseint", 2, 2, numeric::parseint),
    all("pathexpand", 1, 1, files::pathexpand),
    all("plantimestamp", 0, 0, dates::now),
    all("pow", 2, 2, numeric::pow),
    all("range", 1, 3, collections::range),
    all("regex", 2, 2, strings::regex),
    all("regexall", 2, 2, strings::regexall),
    all("replace", 3, 3, strings::replace),
    own("reverse", 1, 1, collections::reverse),
    all("rsadecrypt", 2, 2, hashes::rsadecrypt),
    own("sensitive", 1, 1, types::pass),
    own("setintersection", 1, ANY, sets::setintersection),
    own("setproduct", 1, ANY, sets::setproduct),
    own("setsubtract", 2, 2, sets::setsubtract),
    own("setunion", 1, ANY, sets::setunion),
    all("sha1", 1, 1, hashes::sha1),
    all("sha256", 1, 1, hashes::sha256),
    all("sha512", 1, 1, hashes::sha512),
    all("signum", 1, 1, numeric::signum),
    own("slice", 3, 3, collections::slice),
    own("sort", 1, 1, collections::sort),
    all("split", 2, 2, strings::split),
    all("startswith", 2, 2, strings::startswith),
    all("strcontains", 2, 2, strings::strcontains),
    all("strrev", 1, 1, strings::strrev),
    all("substr", 3, 3, strings::substr),
    all("sum", 1, 1, numeric::sum),
    all("templatefile", 2, 2, files::templatefile),
    all("templatestring", 2, 2, files::templatestring),
    all("textdecodebase64", 2, 2, encoding::textdecodebase64),
    all("textencodebase64", 2, 2, encoding::textencodebase64),
    all("timeadd", 2, 2, dates::timeadd),
    all("timecmp", 2, 2, dates::timecmp),
    all("timestamp", 0, 0, dates::now),
    all("title", 1, 1, strings::title),
    all("tobool", 1, 1, types::tobool),
    own("tolist", 1, 1, types::tolist),
    own("tomap", 1, 1, types::tomap),
    all("tonumber", 1, 1, types::tonumber),
    own("toset", 1, 1, sets::toset),
    all("tostring", 1, 1, types::tostring),
    all("transpose", 1, 1, collections::transpose),
    all("trim", 2, 2, strings::trim),
    all("trimprefix", 2, 2, strings::trimprefix),
    all("trimspace", 1, 1, strings::trimspace),
    all("trimsuffix", 2, 2, strings::trimsuffix),
    all("type", 1, 1, types::type_of),
    all("upper", 1, 1, strings::upper),
    all("urlencode", 1, 1, encoding::urlencode),
    all("uuid", 0, 0, hashes::uuid),
    all("uuidv5", 2, 2, hashes::uuidv5),
    own("values", 1, 1, collections::values),
    all("yamldecode", 1, 1, encoding::yamldecode),
    all("yamlencode", 1, 1, encoding::yamlencode),
    own("zipmap", 2, 2, collections::zipmap),
];

#[cfg(test)]
mod tests {
    use super::FUNCTIONS;

    #[test]
    fn names_are_sorted_and_unique() {
        let names: Vec<_> = FUNCTIONS.iter().map(|function| function.name).collect();
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
    }
}
