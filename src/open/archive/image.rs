//! Container images: which layers they have, in an OCI image layout or in what `docker save` wrote.
//!
//! OCI image-spec: image-layout.md, image-index.md, manifest.md. What `docker save` writes is described in
//! moby's image/spec; since Docker 25 it is an OCI image layout as well.

use std::path::{Path, PathBuf};

use serde::Deserialize;

use super::ArchiveError;
use crate::budget::Budget;
use crate::open::Tree;

/// The layers of an image, from the lowest to the highest.
#[derive(Debug, PartialEq, Eq)]
pub struct Image {
    /// Paths in the layout.
    pub layers: Vec<PathBuf>,
    /// Which image it is, for people.
    pub name: String,
}

/// How deep indexes may lead to indexes.
const DEEPEST: usize = 4;
/// The longest document that is read.
const LONGEST: u64 = 4 << 20;

/// image-spec: a content descriptor, in an index or in a manifest.
#[derive(Clone, Debug, Deserialize)]
struct Descriptor {
    #[serde(default, rename = "mediaType")]
    media_type: String,
    digest: String,
    platform: Option<Platform>,
    #[serde(default)]
    annotations: std::collections::BTreeMap<String, String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq, Eq)]
struct Platform {
    os: String,
    architecture: String,
    variant: Option<String>,
}

/// An index has manifests, a manifest has layers.
#[derive(Debug, Deserialize)]
struct Document {
    #[serde(default)]
    manifests: Vec<Descriptor>,
    #[serde(default)]
    layers: Vec<Descriptor>,
}

/// One image of a manifest.json.
#[derive(Debug, Deserialize)]
struct Saved {
    #[serde(default, rename = "RepoTags")]
    tags: Option<Vec<String>>,
    #[serde(rename = "Layers")]
    layers: Vec<String>,
}

const LAYOUT: &str = "oci-layout";
const INDEX: &str = "index.json";
const SAVED: &str = "manifest.json";

/// The names at the top of which one says that a tree is of images.
pub const NAMES: [&str; 2] = [LAYOUT, SAVED];

/// True if the tree is that of images and not of a machine.
pub fn is_image(tree: &dyn Tree) -> bool {
    let has = |name: &str| tree.stat(Path::new(name)).is_ok();
    (has(LAYOUT) && has(INDEX)) || (has(SAVED) && !has("etc"))
}

/// The image in a tree of images. There must be one, but for the same for several platforms.
pub fn image(tree: &dyn Tree) -> Result<Image, ArchiveError> {
    let layout = Layout(tree);
    if tree.stat(Path::new(INDEX)).is_ok() {
        return layout.indexed();
    }
    let saved: Vec<Saved> = layout.read(Path::new(SAVED))?;
    let name = |image: &Saved| image.tags.iter().flatten().next().cloned().unwrap_or_else(|| "without a name".into());
    match &*saved {
        [] => Err(wrong("it holds no image")),
        [only] => {
            let layers: Result<_, _> = only.layers.iter().map(|layer| tree.resolve(Path::new(layer))).collect();
            Ok(Image { layers: layers.map_err(|_| wrong("a layer of the image is not in it"))?, name: name(only) })
        }
        several => Err(several_images(several.iter().map(name).collect())),
    }
}

struct Layout<'a>(&'a dyn Tree);

impl Layout<'_> {
    fn indexed(&self) -> Result<Image, ArchiveError> {
        let mut images = Vec::new();
        self.images(Path::new(INDEX), None, 0, &mut images)?;
        let (manifest, name) = choose(images)?;
        let document: Document = self.read(&manifest)?;
        let layers: Result<Vec<_>, _> = document.layers.iter().map(|layer| self.blob(layer)).collect();
        let layers = layers?;
        if layers.iter().any(|layer| self.0.stat(layer).is_err()) {
            return Err(wrong("a layer of the image is not in it"));
        }
        Ok(Image { layers, name })
    }

    /// Every image that an index leads to and that is there: path of its manifest, platform and name.
    fn images(
        &self,
        index: &Path,
        name: Option<&str>,
        depth: usize,
        found: &mut Vec<Found>,
    ) -> Result<(), ArchiveError> {
        let document: Document = self.read(index)?;
        for descriptor in &document.manifests {
            // buildx stores attestations as images of no platform.
            let is_attestation = descriptor.annotations.contains_key("vnd.docker.reference.type");
            let path = self.blob(descriptor)?;
            if is_attestation || self.0.stat(&path).is_err() {
                continue;
            }
            let named = ["io.containerd.image.name", "org.opencontainers.image.ref.name"];
            let name = named.iter().find_map(|key| descriptor.annotations.get(*key).map(|name| &**name)).or(name);
            let is_index = descriptor.media_type.contains("index") || descriptor.media_type.contains("manifest.list");
            if !is_index {
                let (platform, name) = (descriptor.platform.clone(), name.map(str::to_owned));
                found.push(Found { manifest: path, platform, name });
            } else if depth < DEEPEST {
                self.images(&path, name, depth + 1, found)?;
            } else {
                return Err(wrong("indexes within indexes without end"));
            }
        }
        Ok(())
    }

    /// image-layout.md: a blob is at blobs/<algorithm>/<encoded>.
    fn blob(&self, descriptor: &Descriptor) -> Result<PathBuf, ArchiveError> {
        let is_plain = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        match descriptor.digest.split_once(':') {
            Some((algorithm, encoded)) if is_plain(algorithm) && is_plain(encoded) => {
                Ok(Path::new("blobs").join(algorithm).join(encoded))
            }
            _ => Err(wrong("a digest in it is none")),
        }
    }

    fn read<T: serde::de::DeserializeOwned>(&self, path: &Path) -> Result<T, ArchiveError> {
        let tree = self.0;
        let real = tree.resolve(path)?;
        if tree.stat(&real)?.size > LONGEST {
            return Err(wrong(&format!("{} is too long", path.display())));
        }
        let bytes = tree.read(&real, &Budget::default())?;
        serde_json::from_slice(&bytes).map_err(|error| wrong(&format!("{}: {error}", path.display())))
    }
}

/// An image of a layout.
struct Found {
    manifest: PathBuf,
    platform: Option<Platform>,
    name: Option<String>,
}

/// The only image, or the one for the platform that the audit runs on; with the words that say which.
fn choose(mut images: Vec<Found>) -> Result<(PathBuf, String), ArchiveError> {
    let platforms: Vec<String> = images.iter().filter_map(|image| image.platform.as_ref().map(words)).collect();
    let total = images.len();
    if total > 1 {
        let ours = |platform: &Platform| platform.os == "linux" && platform.architecture == architecture();
        images.retain(|image| image.platform.as_ref().is_some_and(ours));
    }
    let names = || images.iter().map(|image| image.name.clone().unwrap_or_else(|| "without a name".into())).collect();
    match &*images {
        [] if total == 0 => Err(wrong("it holds no image")),
        [] => {
            Err(wrong(&format!("it holds images for {}, and none for linux/{}", platforms.join(", "), architecture())))
        }
        [only] => {
            let name = only.name.clone().unwrap_or_else(|| "without a name".into());
            let of = only.platform.as_ref().map(|platform| format!(" for {}", words(platform))).unwrap_or_default();
            let among = if total > 1 { format!(", of those for {}", platforms.join(", ")) } else { String::new() };
            Ok((only.manifest.clone(), format!("{name}{of}{among}")))
        }
        _ => Err(several_images(names())),
    }
}

fn words(platform: &Platform) -> String {
    let variant = platform.variant.as_ref().map(|variant| format!("/{variant}")).unwrap_or_default();
    format!("{}/{}{variant}", platform.os, platform.architecture)
}

/// What images call the architecture of this machine (Go's GOARCH).
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        "x86" => "386",
        "powerpc64" => "ppc64le",
        other => other,
    }
}

fn several_images(names: Vec<String>) -> ArchiveError {
    wrong(&format!("it holds {} images ({}); save the one to audit by itself", names.len(), names.join(", ")))
}

fn wrong(what: &str) -> ArchiveError {
    ArchiveError::Image(what.to_owned())
}
