//! The table of contents of a zip archive (PKWARE's APPNOTE 6.3, sections 4.3 to 4.5).
//!
//! Not by the crate `zip`: its reader takes memory for as many entries as a zip64 record claims, hundreds of bytes
//! each, before it has seen one, and in a browser that ends the program. What is read here is little: stored and
//! deflated entries of an archive in one piece that nothing was put before. Nothing is believed: every range is held
//! against the file's length, and memory grows with the entries that are there, not with those announced.

use std::io::{Read, SeekFrom};

use super::given::Source;
use super::refusal::{Cause, Fault, Refusal};

/// Entries of an archive at most; MNIST as pictures has 70,000.
pub const MAX_ENTRIES: u64 = 300_000;

/// The table of contents at most, in bytes.
const MAX_DIRECTORY: u64 = 64 << 20;

/// A packed file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// With its folders, between slashes.
    pub name: String,
    /// 0 stored, 8 deflated; others are refused when they are opened.
    pub method: u16,
    pub crc: u32,
    /// Bytes in the archive.
    pub packed: u64,
    /// Bytes unpacked, as the table claims.
    pub size: u64,
    /// Where its own header is.
    header_at: u64,
}

/// The entries that are files, in the order of the table.
///
/// Refused: damage, more than [`MAX_ENTRIES`], encryption, and names that lead out of the archive.
pub fn entries(source: &mut dyn Source, length: u64, file: &str) -> Result<Vec<Entry>, Refusal> {
    let whole = |fault: Fault| fault.of(file, None);
    let end = EndRecord::find(source, length).map_err(whole)?;
    if end.count > MAX_ENTRIES {
        return Err(whole(Cause::EntryCount { found: end.count, most: MAX_ENTRIES }.into()));
    }
    let room = end.record_at.checked_sub(end.at).filter(|&room| end.size <= room && end.size <= MAX_DIRECTORY);
    if room.is_none() || end.count.saturating_mul(46) > end.size {
        return Err(whole(Fault::at_byte(end.record_at, Cause::Directory)));
    }
    let table = read_at(source, end.at, end.size).map_err(whole)?;
    let mut rest = Fields { bytes: &table };
    let mut found = Vec::new();
    for _ in 0..end.count {
        let at = end.at + (table.len() - rest.bytes.len()) as u64;
        let entry = rest.entry().ok_or_else(|| whole(Fault::at_byte(at, Cause::Directory)))?;
        let refused = |cause: Cause| Fault::from(cause).of(file, Some(&entry.name));
        if leads_out(&entry.name) {
            return Err(refused(Cause::UnsafeName));
        }
        if entry.name.ends_with('/') {
            continue;
        }
        if entry.encrypted {
            return Err(refused(Cause::Encrypted));
        }
        if entry.header_at.checked_add(entry.packed).is_none_or(|behind| behind > end.at) {
            return Err(whole(Fault::at_byte(at, Cause::Directory)));
        }
        let Listed { name, method, crc, packed, size, header_at, .. } = entry;
        found.push(Entry { name, method, crc, packed, size, header_at });
    }
    let mut ranges: Vec<_> = found.iter().map(|entry| (entry.header_at, entry.packed)).collect();
    ranges.sort_unstable();
    let shared = ranges.windows(2).find(|pair| matches!(pair, [(at, packed), (next, _)] if at + packed >= *next));
    match shared {
        // The same bytes under many names are how a small archive unpacks to a large one.
        Some([(at, _), ..]) => Err(whole(Fault::at_byte(*at, Cause::Directory))),
        _ => Ok(found),
    }
}

/// Where the packed bytes of `entry` begin: behind its own header, whose length only that header says.
pub fn content_at(source: &mut dyn Source, length: u64, entry: &Entry) -> Result<u64, Fault> {
    let damaged = || Fault::at_byte(entry.header_at, Cause::Directory);
    let header = read_at(source, entry.header_at, 30)?;
    let mut fields = Fields { bytes: &header };
    if fields.u32() != Some(0x0403_4b50) {
        return Err(damaged());
    }
    fields.skip(22);
    let (Some(name), Some(extra)) = (fields.u16(), fields.u16()) else { return Err(damaged()) };
    let at = entry.header_at + 30 + u64::from(name) + u64::from(extra);
    let fits = at.checked_add(entry.packed).is_some_and(|behind| behind <= length);
    if fits { Ok(at) } else { Err(damaged()) }
}

/// An absolute name, a step upwards, or a sign that another system would take for one.
fn leads_out(name: &str) -> bool {
    name.is_empty()
        || name.starts_with('/')
        || name.contains(['\\', '\0'])
        || name.as_bytes().get(1) == Some(&b':')
        || name.split('/').any(|part| part == "..")
}

/// What the record at the archive's end says.
struct EndRecord {
    /// Where the record itself is.
    record_at: u64,
    count: u64,
    /// Bytes of the table, and where it begins.
    size: u64,
    at: u64,
}

impl EndRecord {
    /// The last one whose comment ends with the file.
    fn find(source: &mut dyn Source, length: u64) -> Result<Self, Fault> {
        const FIXED: u64 = 22;
        let from = length.saturating_sub(FIXED + u64::from(u16::MAX));
        let tail = read_at(source, from, length - from)?;
        let ends = |at: &usize| {
            let mut fields = Fields { bytes: tail.get(*at..).unwrap_or_default() };
            let record = fields.u32() == Some(0x0605_4b50);
            fields.skip(16);
            record && fields.u16().map(usize::from) == Some(fields.bytes.len())
        };
        let Some(at) = (0..tail.len()).rev().find(ends) else { return Err(Fault::at_byte(length, Cause::Directory)) };
        let record_at = from + at as u64;
        let short = Self::parse(tail.get(at..).unwrap_or_default(), record_at);
        let end = short.ok_or(Fault::at_byte(record_at, Cause::Directory))?;
        let wide = end.count == 0xffff || end.size == 0xffff_ffff || end.at == 0xffff_ffff;
        if wide { Self::find_wide(source, record_at) } else { Ok(end) }
    }

    fn parse(record: &[u8], record_at: u64) -> Option<Self> {
        let mut fields = Fields { bytes: record };
        fields.skip(4);
        let (disk, first_disk) = (fields.u16()?, fields.u16()?);
        let (here, count) = (fields.u16()?, fields.u16()?);
        let (size, at) = (fields.u32()?, fields.u32()?);
        let one_piece = disk == first_disk && here == count;
        one_piece.then_some(Self { record_at, count: count.into(), size: size.into(), at: at.into() })
    }

    /// The zip64 record, which a locator right before the short one points at.
    fn find_wide(source: &mut dyn Source, short_at: u64) -> Result<Self, Fault> {
        let damaged = Fault::at_byte(short_at, Cause::Directory);
        let Some(locator_at) = short_at.checked_sub(20) else { return Err(damaged) };
        let locator = read_at(source, locator_at, 20)?;
        let mut fields = Fields { bytes: &locator };
        let signed = fields.u32() == Some(0x0706_4b50);
        fields.skip(4);
        let Some(record_at) = fields.u64().filter(|&at| signed && at <= locator_at) else { return Err(damaged) };
        let record = read_at(source, record_at, 56.min(locator_at - record_at))?;
        let mut fields = Fields { bytes: &record };
        if fields.u32() != Some(0x0606_4b50) {
            return Err(damaged);
        }
        fields.skip(20);
        let (Some(here), Some(count)) = (fields.u64(), fields.u64()) else { return Err(damaged) };
        let (Some(size), Some(at)) = (fields.u64(), fields.u64()) else { return Err(damaged) };
        if here == count { Ok(Self { record_at, count, size, at }) } else { Err(damaged) }
    }
}

/// An entry as the table has it.
struct Listed {
    name: String,
    encrypted: bool,
    method: u16,
    crc: u32,
    packed: u64,
    size: u64,
    header_at: u64,
}

/// Little-endian numbers, one after another.
struct Fields<'a> {
    bytes: &'a [u8],
}

impl<'a> Fields<'a> {
    fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (taken, rest) = self.bytes.split_at_checked(count)?;
        self.bytes = rest;
        Some(taken)
    }

    /// At the end nothing is left to skip, and the next number is not there.
    fn skip(&mut self, count: usize) {
        self.bytes = self.bytes.get(count..).unwrap_or_default();
    }

    fn u16(&mut self) -> Option<u16> {
        Some(u16::from_le_bytes(self.take(2)?.try_into().ok()?))
    }

    fn u32(&mut self) -> Option<u32> {
        Some(u32::from_le_bytes(self.take(4)?.try_into().ok()?))
    }

    fn u64(&mut self) -> Option<u64> {
        Some(u64::from_le_bytes(self.take(8)?.try_into().ok()?))
    }

    fn entry(&mut self) -> Option<Listed> {
        if self.u32()? != 0x0201_4b50 {
            return None;
        }
        self.skip(4);
        let (flags, method) = (self.u16()?, self.u16()?);
        self.skip(4);
        let crc = self.u32()?;
        let (packed, size) = (self.u32()?, self.u32()?);
        let (name, extra, comment) = (self.u16()?, self.u16()?, self.u16()?);
        self.skip(8);
        let header_at = self.u32()?;
        let name = String::from_utf8_lossy(self.take(name.into())?).into_owned();
        let mut extra = Fields { bytes: self.take(extra.into())? };
        self.take(comment.into())?;
        // What does not fit into 32 bits is in the zip64 field, in this order.
        let mut wide = extra.field(1).unwrap_or(Fields { bytes: &[] });
        let mut widen = |short: u32| if short == u32::MAX { wide.u64() } else { Some(short.into()) };
        let (size, packed, header_at) = (widen(size)?, widen(packed)?, widen(header_at)?);
        Some(Listed { name, encrypted: flags & 0x41 != 0, method, crc, packed, size, header_at })
    }

    /// The extra field of this kind.
    fn field(&mut self, kind: u16) -> Option<Fields<'a>> {
        loop {
            let (found, length) = (self.u16()?, self.u16()?);
            let bytes = self.take(length.into())?;
            if found == kind {
                return Some(Fields { bytes });
            }
        }
    }
}

/// `count` bytes from `at`, or fewer at the end. The caller has bounded `count`.
fn read_at(source: &mut dyn Source, at: u64, count: u64) -> Result<Vec<u8>, Fault> {
    source.seek(SeekFrom::Start(at))?;
    let mut bytes = Vec::new();
    source.take(count).read_to_end(&mut bytes)?;
    Ok(bytes)
}
