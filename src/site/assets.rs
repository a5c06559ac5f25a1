//! Copies what is not Rust, with a hash in the name where a cache could hold an old version.

use std::{
    fs,
    path::{Path, PathBuf},
};

use super::SiteError;

/// `name` of a path that must have one.
pub(super) fn file_name(path: &Path) -> Result<String, SiteError> {
    path.file_name()
        .map(|name| name.to_string_lossy().into_owned())
        .ok_or_else(|| SiteError::Directive(format!("{} names no file", path.display())))
}

/// Copies `from` into `folder` as `stem-hash.extension`; gives the new name.
pub(super) fn copy_hashed(from: &Path, folder: &Path) -> Result<String, SiteError> {
    let content = read(from)?;
    let name = file_name(from)?;
    let (stem, extension) = name.rsplit_once('.').unwrap_or((&name, ""));
    let hashed = format!("{stem}-{:016x}.{extension}", hash(&content));
    write(&folder.join(&hashed), &content)?;
    Ok(hashed)
}

/// Copies a folder and all below it.
pub(super) fn copy_dir(from: &Path, to: &Path) -> Result<(), SiteError> {
    create_dir(to)?;
    for entry in fs::read_dir(from).map_err(SiteError::io("reading", from))? {
        let entry = entry.map_err(SiteError::io("reading", from))?.path();
        let target = to.join(file_name(&entry)?);
        if entry.is_dir() {
            copy_dir(&entry, &target)?;
        } else {
            copy(&entry, &target)?;
        }
    }
    Ok(())
}

/// Every file below `folder`, as paths relative to it, sorted.
pub(super) fn files_below(folder: &Path) -> Result<Vec<PathBuf>, SiteError> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(next) = folders.pop() {
        for entry in fs::read_dir(&next).map_err(SiteError::io("reading", &next))? {
            let entry = entry.map_err(SiteError::io("reading", &next))?.path();
            if entry.is_dir() {
                folders.push(entry);
            } else if let Ok(relative) = entry.strip_prefix(folder) {
                found.push(relative.to_owned());
            }
        }
    }
    found.sort();
    Ok(found)
}

/// FNV-1a, 64 bits (Fowler, Noll and Vo): the same name for the same content with every compiler.
pub(super) fn hash(content: &[u8]) -> u64 {
    content.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

pub(super) fn read(path: &Path) -> Result<Vec<u8>, SiteError> {
    fs::read(path).map_err(SiteError::io("reading", path))
}

pub(super) fn write(path: &Path, content: &[u8]) -> Result<(), SiteError> {
    fs::write(path, content).map_err(SiteError::io("writing", path))
}

pub(super) fn copy(from: &Path, to: &Path) -> Result<(), SiteError> {
    fs::copy(from, to).map(drop).map_err(SiteError::io("copying", from))
}

pub(super) fn create_dir(path: &Path) -> Result<(), SiteError> {
    fs::create_dir_all(path).map_err(SiteError::io("making", path))
}

/// Removes a folder if it is there.
pub(super) fn remove_dir(path: &Path) -> Result<(), SiteError> {
    if path.exists() { fs::remove_dir_all(path).map_err(SiteError::io("removing", path)) } else { Ok(()) }
}
