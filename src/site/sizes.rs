//! What a visitor downloads: each file as it is, with gzip and with brotli.

use std::{
    io::Write,
    path::{Path, PathBuf},
};

use flate2::{Compression, write::GzEncoder};

use super::{SiteError, assets};

/// Bytes of one file.
#[derive(Clone, Debug)]
pub struct Size {
    /// Relative to the folder.
    pub file: PathBuf,
    pub raw: usize,
    /// At level 9.
    pub gzip: usize,
    /// At quality 11.
    pub brotli: usize,
}

/// Of every file below `dist`.
pub fn sizes(dist: &Path) -> Result<Vec<Size>, SiteError> {
    let measure = |file: PathBuf| {
        let content = assets::read(&dist.join(&file))?;
        let failed = || SiteError::io("compressing", &file);
        let gzip = gzip(&content).map_err(failed())?;
        let brotli = brotli(&content).map_err(failed())?;
        Ok(Size { raw: content.len(), gzip, brotli, file })
    };
    assets::files_below(dist)?.into_iter().map(measure).collect()
}

fn gzip(content: &[u8]) -> std::io::Result<usize> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    encoder.write_all(content)?;
    Ok(encoder.finish()?.len())
}

fn brotli(content: &[u8]) -> std::io::Result<usize> {
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 24, ..Default::default() };
    let mut compressed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut compressed, &parameters)?;
    Ok(compressed.len())
}
