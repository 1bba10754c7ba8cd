//! Archives as tools write them, and as somebody would who means harm.

use std::io::Write;
use std::path::Path;

use ruzstd::encoding::{CompressionLevel, compress_to_vec};
use serde_json::json;
use tar::{Builder, EntryType, Header};

use super::ArchiveError;
use crate::budget::Budget;
use crate::open::{self, Kind, OpenError, Opened, Tree};

/// A member: path, kind, target or content.
type Member<'a> = (&'a str, EntryType, &'a str);

const FILE: EntryType = EntryType::Regular;
const DIR: EntryType = EntryType::Directory;
const LINK: EntryType = EntryType::Symlink;
const HARD: EntryType = EntryType::Link;

fn header(kind: EntryType, size: usize) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(0o4751);
    header.set_uid(7);
    header.set_gid(3_000_000_000); // in base 256
    header.set_mtime(99);
    header.set_size(size as u64);
    header
}

fn tar(members: &[Member]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, kind, text) in members {
        let mut it = header(*kind, if *kind == FILE { text.len() } else { 0 });
        match *kind {
            LINK | HARD => builder.append_link(&mut it, path, text).unwrap(),
            _ => builder.append_data(&mut it, path, text.as_bytes()).unwrap(),
        }
    }
    builder.into_inner().unwrap()
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    encoder.write_all(bytes).unwrap();
    encoder.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    compress_to_vec(bytes, CompressionLevel::Fastest)
}

/// Opens the bytes as a file that an operator names.
fn opened(bytes: &[u8]) -> Result<Opened, ArchiveError> {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes).unwrap();
    open::open(file.path()) // on Linux it can be read although its name is gone
}

/// What is wrong with the bytes.
fn wrong(bytes: &[u8]) -> String {
    opened(bytes).map(|_| ()).unwrap_err().to_string()
}

/// The text at a path, links followed; what is wrong with it otherwise.
fn text(tree: &dyn Tree, path: &str) -> String {
    let read = tree.resolve(Path::new(path)).and_then(|real| tree.read(&real, &Budget::default()));
    read.map_or_else(|error| format!("! {error}"), |bytes| String::from_utf8(bytes).unwrap())
}

const SMALL: &[Member] = &[
    ("./", DIR, ""),
    ("./etc/", DIR, ""),
    ("./etc/os-release", LINK, "../usr/lib/os-release"),
    ("./etc/hosts", FILE, "127.0.0.1 localhost\n"),
    ("./etc/hosts.again", HARD, "./etc/hosts"),
    ("./usr/lib/os-release", FILE, "ID=debian\n"),
    ("./usr/bin/program", FILE, "#!/bin/sh\n"),
    ("./dev/null", EntryType::Char, ""),
    ("./dev/pipe", EntryType::Fifo, ""),
];

#[test]
fn a_root_is_the_same_however_it_is_packed() {
    let plain = tar(SMALL);
    let (first, second) = plain.split_at(700);
    let skippable = [&[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"xyz"].concat();
    for (name, bytes) in [
        ("plain", plain.clone()),
        ("gzip", gzip(&plain)),
        ("gzip in two members", [gzip(first), gzip(second)].concat()),
        ("zstd", zstd(&plain)),
        ("zstd in frames", [zstd(first), skippable.clone(), zstd(second), skippable].concat()),
    ] {
        let root = opened(&bytes).unwrap();
        assert_eq!(root.remarks, [], "{name}");
        let tree = &*root.tree;
        assert_eq!(text(tree, "/etc/os-release"), "ID=debian\n", "{name}");
        assert_eq!(text(tree, "/etc/hosts.again"), "127.0.0.1 localhost\n", "{name}");
        assert_eq!(tree.list(Path::new("etc")).unwrap(), ["hosts", "hosts.again", "os-release"], "{name}");
        let stat = tree.stat(Path::new("etc/hosts")).unwrap();
        assert_eq!((stat.kind, stat.mode, stat.uid, stat.gid, stat.size), (Kind::File, 0o4751, 7, 3_000_000_000, 20));
        assert_eq!(stat.modified, Some(99));
        assert_eq!(tree.stat(Path::new("dev/pipe")).unwrap().kind, Kind::Other);
        assert!(matches!(tree.read(Path::new("dev/null"), &Budget::default()), Err(OpenError::NotAFile)));
        let program = text(tree, "/usr/bin/program");
        let expected = if name == "plain" {
            "#!/bin/sh\n"
        } else {
            "! in the archive, not kept: it is packed, and only configuration is kept of it"
        };
        assert_eq!(program, expected, "{name}");
    }
}

#[test]
fn a_name_stays_inside_and_a_long_one_is_whole() {
    let long = format!("etc/{}/x", "a".repeat(200));
    let mut builder = Builder::new(Vec::new());
    let mut add = |path: &str, text: &str| {
        let mut header = header(FILE, text.len());
        let field = &mut header.as_gnu_mut().unwrap().name;
        field[..path.len()].copy_from_slice(path.as_bytes());
        header.set_cksum();
        builder.append(&header, text.as_bytes()).unwrap();
    };
    add("/etc/absolute", "1");
    add("../../etc/up", "2");
    add("etc/../../etc/./odd", "3");
    let mut header = header(FILE, 1);
    builder.append_data(&mut header, &long, &b"4"[..]).unwrap(); // a GNU long name
    let pax = format!("etc/{}/y", "b".repeat(200));
    builder.append_pax_extensions([("path", pax.as_bytes()), ("uid", b"4000000000"), ("mtime", b"12.5")]).unwrap();
    builder.append(&header, &b"5"[..]).unwrap();
    let root = opened(&builder.into_inner().unwrap()).unwrap();
    let tree = &*root.tree;
    for (path, expected) in [("/etc/absolute", "1"), ("/etc/up", "2"), ("/etc/odd", "3"), (&*long, "4"), (&*pax, "5")] {
        assert_eq!(text(tree, path), expected, "{path}");
    }
    let stat = tree.stat(Path::new(&pax)).unwrap();
    assert_eq!((stat.uid, stat.modified), (4_000_000_000, Some(12)));
    assert_eq!(tree.list(Path::new("")).unwrap(), ["etc"]);
}

#[test]
fn a_file_with_holes_is_there_and_is_not_read() {
    // Old GNU: a map in the header, and one more block of maps after it.
    let mut old = header(EntryType::GNUSparse, 512);
    old.set_path("etc/old").unwrap();
    old.as_gnu_mut().unwrap().set_is_extended(true);
    old.set_cksum();
    let mut plain = header(FILE, 2);
    plain.set_path("etc/after").unwrap();
    plain.set_cksum();
    let mut bytes = [old.as_bytes().to_vec(), vec![0; 512], vec![b'x'; 512], plain.as_bytes().to_vec()].concat();
    bytes.extend([b"ok".to_vec(), vec![0; 510]].concat());
    let mut builder = Builder::new(Vec::new());
    let records: [(&str, &[u8]); 3] =
        [("GNU.sparse.major", b"1"), ("GNU.sparse.name", b"etc/new"), ("path", b"made/up")];
    builder.append_pax_extensions(records).unwrap();
    builder.append_data(&mut header(FILE, 3), "GNUSparseFile.1/new", &b"1\n0"[..]).unwrap();
    bytes.extend(builder.into_inner().unwrap());
    let root = opened(&bytes).unwrap();
    for (path, expected) in [
        ("etc/old", "! a sparse file in an archive; not read"),
        ("etc/new", "! a sparse file in an archive; not read"),
        ("etc/after", "ok"),
    ] {
        assert_eq!(text(&*root.tree, path), expected, "{path}");
    }
}

#[test]
fn the_root_may_be_the_only_directory_of_the_archive() {
    let machine = tar(&[("machine/etc/hosts", FILE, "x"), ("machine/etc/h", HARD, "machine/etc/hosts")]);
    let root = opened(&machine).unwrap();
    assert_eq!(text(&*root.tree, "/etc/h"), "x");
    assert_eq!(root.remarks[0].message, "the root filesystem in it is the directory machine");
    let root = opened(&tar(&[("etc/hosts", FILE, "x")])).unwrap();
    assert_eq!(text(&*root.tree, "/etc/hosts"), "x");
    assert!(root.remarks[0].message.starts_with("only a part of a system is here (/etc,"), "{:?}", root.remarks);
}

#[test]
fn what_is_no_archive_or_not_all_of_one_is_said() {
    let plain = tar(SMALL);
    let (gz, zst) = (gzip(&plain), zstd(&plain));
    let mut flipped = plain.clone();
    flipped[1024 + 3] ^= 1;
    let mut long = header(EntryType::GNULongName, 0);
    long.set_size(1 << 40);
    long.set_cksum();
    let endless_name = [plain[..1024].to_vec(), long.as_bytes().to_vec(), vec![b'a'; 4096]].concat();
    let huge = {
        let mut header = header(FILE, 0);
        header.set_path("etc/huge").unwrap();
        header.set_size(u64::MAX / 2);
        header.set_cksum();
        header.as_bytes().to_vec()
    };
    for (bytes, expected) in [
        (&b""[..], "neither a directory nor an archive"),
        (b"just a text", "neither a directory nor an archive"),
        (&vec![b'x'; 5000], "neither a directory nor an archive"),
        (&gzip(b"just a text"), "neither a directory nor an archive"),
        (b"\xfd7zXZ\0\0", "packed with xz, which duecare does not read"),
        (b"BZh91AY", "packed with bzip2"),
        (b"PK\x03\x04..", "packed with zip"),
        (&plain[..1536 + 100], "the archive is cut off"),
        (&gz[..gz.len() / 2], "the archive is cut off"),
        (&zst[..zst.len() / 2], "cut off or damaged"),
        (&flipped, "damaged at byte 1024"),
        (&endless_name, "damaged at byte 1536"),
        (&huge, "the archive is cut off"),
    ] {
        let said = wrong(bytes);
        assert!(said.contains(expected), "{said}, expected {expected}");
    }
    let no_end = opened(&plain[..plain.len() - 1024]).unwrap();
    assert!(no_end.remarks[0].is_incomplete);
    assert_eq!(open::open(Path::new("/dev/null")).map(|_| ()).unwrap_err().to_string(), "not a regular file; not read");
    assert_eq!(open::open(Path::new("/none")).map(|_| ()).unwrap_err().to_string(), "not found");
}

/// The layers of an image: what the lower ones hold goes away or is replaced.
fn layers() -> Vec<Vec<u8>> {
    let lower = tar(&[
        ("etc/hosts", FILE, "lower"),
        ("etc/gone", FILE, "x"),
        ("etc/gone.d/a", FILE, "x"),
        ("etc/opaque.d/old", FILE, "x"),
        ("usr/lib/os-release", FILE, "ID=alpine\n"),
        ("lib", LINK, "usr/lib"),
        ("was-dir/x", FILE, "x"),
    ]);
    let upper = tar(&[
        ("etc/hosts", FILE, "upper"),
        ("etc/.wh.gone", FILE, ""),
        ("etc/.wh.gone.d", FILE, ""),
        ("etc/opaque.d/new", FILE, "kept"),
        ("etc/opaque.d/.wh..wh..opq", FILE, ""),
        ("etc/.wh.hosts", FILE, ""),
        ("lib/extra.conf", FILE, "through the link"),
        ("etc/same", HARD, "usr/lib/os-release"),
        ("was-dir", FILE, "now a file"),
    ]);
    vec![gzip(&lower), zstd(&upper)]
}

fn digest(n: usize) -> String {
    format!("{:064x}", n)
}

/// The files of an OCI layout with this index and these manifests beside the two layers.
fn layout(index: &serde_json::Value, manifests: &[serde_json::Value]) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![
        ("oci-layout".to_owned(), br#"{"imageLayoutVersion": "1.0.0"}"#.to_vec()),
        ("index.json".to_owned(), index.to_string().into_bytes()),
    ];
    let blobs = layers().into_iter().chain(manifests.iter().map(|manifest| manifest.to_string().into_bytes()));
    files.extend(blobs.enumerate().map(|(n, bytes)| (format!("blobs/sha256/{}", digest(n)), bytes)));
    files
}

fn image() -> Vec<(String, Vec<u8>)> {
    let manifest =
        json!({"layers": [{"digest": format!("sha256:{}", digest(0))}, {"digest": format!("sha256:{}", digest(1))}]});
    let index = json!({"manifests": [{
        "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": format!("sha256:{}", digest(2)),
        "annotations": {"org.opencontainers.image.ref.name": "clinic:1"},
    }]});
    layout(&index, &[manifest])
}

fn archive(files: &[(String, Vec<u8>)]) -> Vec<u8> {
    let mut builder = Builder::new(Vec::new());
    for (path, bytes) in files {
        builder.append_data(&mut header(FILE, bytes.len()), path, &**bytes).unwrap();
    }
    builder.into_inner().unwrap()
}

fn check_image(name: &str, root: &Opened) {
    let tree = &*root.tree;
    for (path, expected) in [
        ("/etc/hosts", "upper"),
        ("/etc/gone", "! not found"),
        ("/etc/gone.d", "! not found"),
        ("/etc/opaque.d/old", "! not found"),
        ("/etc/opaque.d/new", "kept"),
        ("/lib/os-release", "ID=alpine\n"),
        ("/etc/same", "ID=alpine\n"),
        ("/was-dir", "now a file"),
        ("/was-dir/x", "! not found"),
        ("/etc/.wh.gone", "! not found"),
    ] {
        assert_eq!(text(tree, path), expected, "{name}: {path}");
    }
    assert_eq!(tree.list(Path::new("usr/lib")).unwrap(), ["extra.conf", "os-release"], "{name}");
    assert!(root.remarks.iter().any(|remark| remark.message.starts_with("the image clinic:1")), "{:?}", root.remarks);
}

#[test]
fn layers_are_applied_one_over_the_other() {
    let files = image();
    let directory = tempfile::tempdir().unwrap();
    for (path, bytes) in &files {
        let path = directory.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, bytes).unwrap();
    }
    check_image("a layout", &open::open(directory.path()).unwrap());
    let packed = archive(&files);
    check_image("a layout in a tar", &opened(&packed).unwrap());
    check_image("a layout in a packed tar", &opened(&gzip(&packed)).unwrap());
    let inside: Vec<_> = files.iter().map(|(path, bytes)| (format!("image/{path}"), bytes.clone())).collect();
    check_image("a layout in a directory in a tar", &opened(&zstd(&archive(&inside))).unwrap());
    let saved = json!([{"Config": "c.json", "RepoTags": ["clinic:1"], "Layers": ["a/layer.tar", "b/layer.tar"]}]);
    let mut files = vec![("manifest.json".to_owned(), saved.to_string().into_bytes())];
    files.extend(["a", "b"].iter().zip(layers()).map(|(name, bytes)| (format!("{name}/layer.tar"), bytes)));
    check_image("docker save", &opened(&archive(&files)).unwrap());
    check_image("docker save, packed", &opened(&gzip(&archive(&files))).unwrap());
}

#[test]
fn the_image_for_this_machine_is_taken_and_named() {
    let manifest = |layers: &[usize]| {
        let layers: Vec<_> = layers.iter().map(|n| json!({"digest": format!("sha256:{}", digest(*n))})).collect();
        json!({ "layers": layers })
    };
    let at = |n: usize, architecture: &str, more: serde_json::Value| {
        let mut descriptor = json!({
            "mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": format!("sha256:{}", digest(n)),
            "platform": {"os": if architecture == "unknown" { "unknown" } else { "linux" }, "architecture": architecture},
        });
        descriptor.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        descriptor
    };
    let ours = super::image::architecture();
    let attestation = json!({"annotations": {"vnd.docker.reference.type": "attestation-manifest"}});
    let inner = json!({"manifests": [
        at(2, "made-up", json!({})), at(3, ours, json!({})), at(4, "unknown", attestation), at(9, "not-here", json!({})),
    ]});
    let index = json!({"manifests": [{
        "mediaType": "application/vnd.oci.image.index.v1+json", "digest": format!("sha256:{}", digest(5)),
        "annotations": {"io.containerd.image.name": "clinic:1"},
    }]});
    let files = layout(&index, &[manifest(&[0]), manifest(&[0, 1]), manifest(&[]), inner]);
    let root = opened(&archive(&files)).unwrap();
    check_image("of several platforms", &root);
    let message = &root.remarks.last().unwrap().message;
    assert!(message.contains(&format!("for linux/{ours}, of those for linux/made-up, linux/{ours}")), "{message}");

    for (index, expected) in [
        (json!({"manifests": []}), "it holds no image"),
        (json!({"manifests": [at(2, "a", json!({})), at(2, "b", json!({}))]}), "none for linux/"),
        (json!({"manifests": [at(2, ours, json!({})), at(3, ours, json!({}))]}), "it holds 2 images"),
        (json!({"manifests": [{"digest": "sha256:../../etc/passwd"}]}), "a digest in it is none"),
        (json!({"manifests": [at(3, ours, json!({}))]}), "a layer of the image is not in it"),
        (json!({"manifests": [at(5, ours, json!({"mediaType": "index"}))]}), "indexes within indexes without end"),
        (json!({"manifests": 1}), "index.json: invalid type"),
    ] {
        let endless = json!({"manifests": [at(5, ours, json!({"mediaType": "index"}))]});
        let files = layout(&index, &[manifest(&[0]), manifest(&[0, 42]), json!({}), endless]);
        let said = wrong(&archive(&files));
        assert!(said.contains(expected), "{said}, expected {expected}");
    }
}

proptest::proptest! {
    #![proptest_config(proptest::test_runner::Config::with_cases(300))]
    #[test]
    fn damage_anywhere_ends_in_words(at in 0usize..20_000, byte: u8, cut in 0usize..20_000, form in 0u8..3) {
        let mut bytes = match form {
            0 => tar(SMALL),
            1 => gzip(&tar(SMALL)),
            _ => archive(&image()),
        };
        let at = at % bytes.len();
        bytes[at] = byte;
        if cut % 2 == 0 {
            bytes.truncate(cut);
        }
        if let Ok(root) = opened(&bytes) {
            for name in root.tree.list(Path::new("etc")).unwrap_or_default() {
                let _ = text_of(&*root.tree, &format!("/etc/{name}"));
            }
        }
    }
}

fn text_of(tree: &dyn Tree, path: &str) -> Option<Vec<u8>> {
    tree.read(&tree.resolve(Path::new(path)).ok()?, &Budget::default()).ok()
}
