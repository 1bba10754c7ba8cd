//! Layers applied one over the other, as whoever runs the image does.
//!
//! OCI image-spec, layer.md: "Whiteout files MUST only apply to resources in lower/parent layers", so those of a
//! layer are applied before anything of it is added. An opaque whiteout hides all that a directory held.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::image::Image;
use super::input::{self, Input, Section};
use super::limits::Limits;
use super::tar::{Member, Tar};
use super::{Archive, ArchiveError, Content, Remark, cut_off};
use crate::open::{Root, nodes};

/// Begins the name of a whiteout; the rest is the name that it takes away.
const WHITEOUT: &[u8] = b".wh.";
/// Begins the names of marks that are no whiteouts of a name.
const MARK: &[u8] = b".wh..wh.";
/// Hides what the directory held.
const OPAQUE: &[u8] = b".wh..wh..opq";

/// What a layer holds, in its order.
type Layer = Vec<(Member, Option<Content>)>;

/// Where the layers of an image lie.
pub enum Blobs<'a> {
    /// In a directory.
    Directory(&'a Root),
    /// In an archive, which lies here.
    Archive(&'a Archive, Section),
}

impl Blobs<'_> {
    /// The bytes of a layer as they lie in a file; nothing if they must be unpacked on the way to it.
    fn section(&self, layer: &Path) -> Result<Option<Section>, ArchiveError> {
        match self {
            Blobs::Directory(root) => Ok(Some(Section::whole(root.file(layer)?.0)?)),
            Blobs::Archive(archive, _) => match &archive.nodes.get(layer)?.content {
                Some(Content::At(section)) => Ok(Some(section.clone())),
                _ => Ok(None),
            },
        }
    }

    /// What is in those layers that lie in a packed archive, which is unpacked a second time for it.
    fn unpacked(
        &self,
        layers: &[PathBuf],
        limits: &Limits,
        remarks: &mut Vec<Remark>,
    ) -> Result<HashMap<PathBuf, Layer>, ArchiveError> {
        let mut met = HashMap::new();
        let Blobs::Archive(archive, section) = self else { return Ok(met) };
        let mut tar = Tar::new(input::unpack(section.clone(), limits)?, limits);
        while let Some(member) = tar.next()? {
            let path = nodes::normal(&member.path);
            let Some(layer) = path.strip_prefix(&archive.prefix).ok().and_then(|p| layers.iter().find(|l| *l == p))
            else {
                continue;
            };
            let (length, named) = (member.stat.size, |error| named(layer, error));
            let input = input::unpack_within(tar.reader(), length, limits).map_err(named)?;
            met.insert(layer.clone(), members(input, limits, remarks).map_err(named)?);
        }
        Ok(met)
    }
}

/// The file system that the layers of `image` make.
pub fn read(image: &Image, blobs: &Blobs, limits: &Limits, remarks: &mut Vec<Remark>) -> Result<Archive, ArchiveError> {
    let mut archive = Archive::default();
    let mut met: Option<HashMap<PathBuf, Layer>> = None;
    for layer in &image.layers {
        if let Some(section) = blobs.section(layer)? {
            let input = input::unpack(section, limits).map_err(|error| named(layer, error))?;
            archive.apply(&members(input, limits, remarks).map_err(|error| named(layer, error))?);
            continue;
        }
        let met = match &mut met {
            Some(met) => met,
            None => met.insert(blobs.unpacked(&image.layers, limits, remarks)?),
        };
        let missing = || ArchiveError::Image(format!("the layer {} is not in it", layer.display()));
        archive.apply(met.get(layer).ok_or_else(missing)?);
    }
    let message = format!("the image {}; its {} layers were applied", image.name, image.layers.len());
    remarks.push(Remark { is_incomplete: false, message });
    Ok(archive)
}

fn named(layer: &Path, error: ArchiveError) -> ArchiveError {
    ArchiveError::Layer(layer.display().to_string(), Box::new(error))
}

fn members(input: Box<dyn Input + '_>, limits: &Limits, remarks: &mut Vec<Remark>) -> Result<Layer, ArchiveError> {
    let mut tar = Tar::new(input, limits);
    let mut layer = Vec::new();
    while let Some(member) = tar.next()? {
        let content = super::content(&member, &mut tar, limits)?;
        layer.push((member, content));
    }
    remarks.extend(cut_off(&tar));
    Ok(layer)
}

impl Archive {
    /// Puts a layer over what is there.
    fn apply(&mut self, layer: &Layer) {
        for (member, _) in layer {
            let Some(name) = member.path.file_name().map(std::ffi::OsStr::as_encoded_bytes) else { continue };
            if name == OPAQUE {
                let directory = self.place(member.path.parent().unwrap_or(Path::new("")));
                self.nodes.clear(&directory);
            } else if let Some(hidden) = name.strip_prefix(WHITEOUT).filter(|_| !name.starts_with(MARK)) {
                let path = self.place(&member.path.with_file_name(super::bytes_to_path(hidden)));
                self.nodes.remove(&path);
            }
        }
        self.above = Default::default();
        for (member, content) in layer {
            let name = member.path.file_name().map(std::ffi::OsStr::as_encoded_bytes);
            if !name.is_some_and(|name| name.starts_with(WHITEOUT)) {
                self.add(member, content.clone());
            }
        }
    }
}
