//! Zip archives (PKWARE's APPNOTE 6.3, sections 4.3 and 4.4): stored and deflated files, names in UTF-8, no zip64.

use std::io::Write;

use flate2::write::DeflateEncoder;
use flate2::{Compression, Crc};

use super::WriteError;

/// One more is how zip64 marks that the number of files is elsewhere; readers look for it there.
const MOST_ENTRIES: u16 = u16::MAX - 1;

/// Likewise of every size and place.
const MOST_BYTES: u64 = u32::MAX as u64 - 1;

/// Version 2.0 of the format: folders and deflate.
const VERSION: u16 = 20;
/// The flag that says that the name is UTF-8.
const UTF8: u16 = 1 << 11;
/// The first of January 1980, the first day that the format knows.
const DATE: u16 = 1 << 5 | 1;

const STORED: u16 = 0;
const DEFLATED: u16 = 8;

/// A file as an archive holds it.
pub struct Packed {
    method: u16,
    crc: u32,
    size: u64,
    bytes: Vec<u8>,
}

impl Packed {
    /// As it is: for what is packed already.
    pub fn stored(content: Vec<u8>) -> Self {
        let mut crc = Crc::new();
        crc.update(&content);
        Self { method: STORED, crc: crc.sum(), size: content.len() as u64, bytes: content }
    }

    pub fn deflated(content: &[u8]) -> Result<Self, WriteError> {
        let mut deflating = Deflating::default();
        deflating.write(content)?;
        deflating.finish()
    }
}

/// A file that comes piece by piece.
pub struct Deflating {
    encoder: DeflateEncoder<Vec<u8>>,
    crc: Crc,
    size: u64,
}

impl Default for Deflating {
    fn default() -> Self {
        Self { encoder: DeflateEncoder::new(Vec::new(), Compression::default()), crc: Crc::new(), size: 0 }
    }
}

impl Deflating {
    pub fn write(&mut self, piece: &[u8]) -> Result<(), WriteError> {
        self.encoder.write_all(piece)?;
        self.crc.update(piece);
        self.size += piece.len() as u64;
        Ok(())
    }

    pub fn finish(self) -> Result<Packed, WriteError> {
        Ok(Packed { method: DEFLATED, crc: self.crc.sum(), size: self.size, bytes: self.encoder.finish()? })
    }
}

/// An archive in the making.
#[derive(Default)]
pub struct Zip {
    bytes: Vec<u8>,
    /// The table of contents, which comes last.
    table: Vec<u8>,
    entries: u16,
}

impl Zip {
    /// Refused: a name that is empty, too long, or leads out of the archive; one file too many; and what is too large.
    pub fn add(&mut self, name: &str, file: &Packed) -> Result<(), WriteError> {
        let wrong = || WriteError::Name { name: name.to_owned() };
        let length = u16::try_from(name.len()).map_err(|_| wrong())?;
        let leads_out = name.starts_with('/') || name.contains(['\\', '\0', ':']) || name.split('/').any(|p| p == "..");
        if name.is_empty() || leads_out {
            return Err(wrong());
        }
        if self.entries == MOST_ENTRIES {
            return Err(WriteError::Entries { most: MOST_ENTRIES });
        }
        let at = word(self.bytes.len() as u64)?;
        let (packed, size) = (word(file.bytes.len() as u64)?, word(file.size)?);
        let mut common = Vec::with_capacity(26);
        let flags = if name.is_ascii() { 0 } else { UTF8 };
        for half in [VERSION, flags, file.method, 0, DATE] {
            common.extend(half.to_le_bytes());
        }
        for word in [file.crc, packed, size] {
            common.extend(word.to_le_bytes());
        }
        // Of the name; and of no further fields.
        common.extend(length.to_le_bytes());
        common.extend([0; 2]);
        self.bytes.extend(b"PK\x03\x04");
        self.bytes.extend(&common);
        self.bytes.extend(name.as_bytes());
        self.bytes.extend(&file.bytes);
        self.table.extend(b"PK\x01\x02");
        self.table.extend(VERSION.to_le_bytes());
        self.table.extend(&common);
        // No comment, the first disk, no attributes.
        self.table.extend([0; 10]);
        self.table.extend(at.to_le_bytes());
        self.table.extend(name.as_bytes());
        self.entries += 1;
        Ok(())
    }

    pub fn finish(mut self) -> Result<Vec<u8>, WriteError> {
        let (at, length) = (word(self.bytes.len() as u64)?, word(self.table.len() as u64)?);
        self.bytes.append(&mut self.table);
        self.bytes.extend(b"PK\x05\x06\0\0\0\0");
        self.bytes.extend(self.entries.to_le_bytes());
        self.bytes.extend(self.entries.to_le_bytes());
        self.bytes.extend(length.to_le_bytes());
        self.bytes.extend(at.to_le_bytes());
        self.bytes.extend([0; 2]);
        Ok(self.bytes)
    }
}

fn word(bytes: u64) -> Result<u32, WriteError> {
    if bytes > MOST_BYTES {
        return Err(WriteError::Large { bytes });
    }
    Ok(bytes as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_archive_is_known_to_the_byte() {
        let mut zip = Zip::default();
        zip.add("ñ", &Packed::stored(b"123456789".to_vec())).expect("a file");
        let file = zip.finish().expect("an archive");
        // CRC-32 of the nine digits is its published check value.
        let common = b"\x14\0\0\x08\0\0\0\0\x21\0\x26\x39\xf4\xcb\x09\0\0\0\x09\0\0\0\x02\0\0\0";
        let name = "ñ".as_bytes();
        let parts: [&[u8]; 12] = [
            b"PK\x03\x04",
            common,
            name,
            b"123456789",
            b"PK\x01\x02\x14\0",
            common,
            &[0; 10],
            &[0; 4],
            name,
            b"PK\x05\x06\0\0\0\0\x01\0\x01\0",
            &[48, 0, 0, 0, 41, 0, 0, 0],
            &[0; 2],
        ];
        assert_eq!(file, parts.concat());
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let empty = Packed::stored(Vec::new());
        let mut zip = Zip::default();
        for name in ["", "/a", "../a", "a/../b", "a\\b", "c:a", &"a".repeat(65_536)] {
            assert!(matches!(zip.add(name, &empty), Err(WriteError::Name { .. })), "{name}");
        }
        for i in 0..MOST_ENTRIES {
            zip.add(&format!("{i}"), &empty).expect("one more");
        }
        let sentence = "an archive without zip64 holds at most 65534 files";
        assert_eq!(zip.add("more", &empty).expect_err("too many").to_string(), sentence);
        let sentence = "an archive without zip64 is smaller than 4 GB, and 4294967295 bytes are too much";
        assert_eq!(word(0xffff_ffff).expect_err("too much").to_string(), sentence);
        assert_eq!(word(0xffff_fffe).ok(), Some(0xffff_fffe));
        let large = Packed { size: 1 << 32, ..Packed::stored(Vec::new()) };
        assert!(matches!(Zip::default().add("a", &large), Err(WriteError::Large { .. })));
    }
}
