//! The files that were given and the entries of archives among them, as one list that can be opened one by one.
//!
//! A stream that comes out of here is safe to read to its end: what is unpacked is counted as it comes, and one that
//! grows as only a bomb does breaks off.

use std::io::{self, Read, Seek, SeekFrom};
use std::mem;

use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};

use super::archive::{self, Entry};
use super::given::{Given, Progress};
use super::refusal::{Cause, Fault, Refusal};
use super::sniff::{self, HEAD, Kind};

/// Unpacked bytes a packed one at most. Sparse pictures reach 200 (dSprites 150), deflate's utmost is 1032.
pub const MAX_RATIO: u64 = 500;

/// Small files may be as empty as they like.
const ANY_RATIO: u64 = 1 << 20;

/// Content of an array or a table at most, in bytes. More than memory: what does not fit is sampled.
pub const MAX_CONTENT: u64 = 8 << 30;

/// Of so many files the kind is told by their names, and by their content only when they are read.
const MANY: usize = 64;

/// One thing that may hold data.
#[derive(Clone, Debug)]
pub struct Item {
    /// Its name with the folders above it, of its archive if it is in one; without ".gz".
    pub path: String,
    pub kind: Kind,
    given: usize,
    entry: Option<Entry>,
    gzip: bool,
}

impl Item {
    /// What no other item has.
    pub fn key(&self) -> (usize, &str) {
        (self.given, &self.path)
    }

    /// The last part of its path, without the ending.
    pub fn stem(&self) -> &str {
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        name.rsplit_once('.').map_or(name, |(stem, _)| stem)
    }
}

/// Every item, and how many files were passed over.
pub struct Supply {
    files: Vec<Given>,
    pub items: Vec<Item>,
    pub ignored: u64,
}

impl Supply {
    /// Opens archives and looks at the first bytes of everything.
    pub fn new(files: Vec<Given>, progress: &mut dyn Progress) -> Result<Self, Refusal> {
        if files.is_empty() {
            return Err(Cause::NoFiles.into());
        }
        let mut supply = Self { files, items: Vec::new(), ignored: 0 };
        let count = supply.files.len();
        for given in 0..count {
            if progress.report(given as u64, count as u64).is_break() {
                return Err(Cause::Cancelled.into());
            }
            supply.admit(given, count > MANY)?;
        }
        supply.items.sort_by(|a, b| a.path.cmp(&b.path));
        Ok(supply)
    }

    fn admit(&mut self, given: usize, many: bool) -> Result<(), Refusal> {
        let Some(file) = self.files.get(given) else { return Ok(()) };
        let path = file.path.clone();
        if sniff::is_litter(&path) {
            self.ignored += 1;
            return Ok(());
        }
        let item = Item { path, kind: Kind::Unknown, given, entry: None, gzip: false };
        let item = self.recognise(item, many)?;
        if item.kind != Kind::Zip {
            self.items.push(item);
            return Ok(());
        }
        let Some(file) = self.files.get_mut(given) else { return Ok(()) };
        let entries = archive::entries(file.source.as_mut(), file.length, &file.path)?;
        let many = entries.len() > MANY;
        for entry in entries {
            if sniff::is_litter(&entry.name) {
                self.ignored += 1;
                continue;
            }
            let item = Item { path: entry.name.clone(), kind: Kind::Unknown, given, entry: Some(entry), gzip: false };
            let item = self.recognise(item, many)?;
            if item.kind == Kind::Zip {
                return Err(self.refusal(&item, Cause::Nested.into()));
            }
            self.items.push(item);
        }
        Ok(())
    }

    /// Fills in `kind` and `gzip`.
    fn recognise(&mut self, mut item: Item, many: bool) -> Result<Item, Refusal> {
        if let Some(kind) = sniff::by_name(&item.path).filter(|&kind| many && kind == Kind::Picture) {
            item.kind = kind;
            return Ok(item);
        }
        item.kind = sniff::sniff(&self.head(&item)?, &item.path);
        if item.kind == Kind::Gzip {
            item.gzip = true;
            let length = item.path.len();
            if item.path.to_ascii_lowercase().ends_with(".gz") {
                item.path.truncate(length - 3);
            }
            item.kind = sniff::sniff(&self.head(&item)?, &item.path);
            if matches!(item.kind, Kind::Gzip | Kind::Zip) {
                return Err(self.refusal(&item, Cause::Nested.into()));
            }
        }
        Ok(item)
    }

    /// The first bytes of an item.
    pub fn head(&mut self, item: &Item) -> Result<Vec<u8>, Refusal> {
        let mut head = Vec::with_capacity(HEAD);
        let read = self.open(item)?.take(HEAD as u64).read_to_end(&mut head);
        read.map_err(|error| self.refusal(item, error.into()))?;
        Ok(head)
    }

    /// The content of an item from its beginning, unpacked.
    pub fn open(&mut self, item: &Item) -> Result<Content<'_>, Refusal> {
        let missing = || Refusal::from(Cause::NoFiles);
        let Given { path, length, source } = self.files.get_mut(item.given).ok_or_else(missing)?;
        let entry_name = item.entry.as_ref().map(|entry| entry.name.as_str());
        let refused = |fault: Fault| fault.of(path, entry_name);
        let (at, packed, unpacked) = match &item.entry {
            None => (0, *length, *length),
            Some(entry) => {
                if !matches!(entry.method, 0 | 8) {
                    return Err(refused(Cause::Method { method: entry.method }.into()));
                }
                (archive::content_at(source.as_mut(), *length, entry).map_err(refused)?, entry.packed, entry.size)
            }
        };
        source.seek(SeekFrom::Start(at)).map_err(|error| refused(error.into()))?;
        let stream = io::BufReader::with_capacity(1 << 15, source.as_mut().take(packed));
        let most = packed.saturating_mul(MAX_RATIO).saturating_add(ANY_RATIO);
        let mut content: Box<dyn Read + '_> = Box::new(stream);
        if let Some(entry) = &item.entry {
            if entry.method == 8 {
                content = Box::new(DeflateDecoder::new(content));
            }
            let crc = Crc::new();
            content = Box::new(Checked { stream: Meter { stream: content, got: 0, most }, crc, entry: entry.clone() });
        }
        if item.gzip {
            content = Box::new(Meter { stream: Box::new(MultiGzDecoder::new(content)), got: 0, most });
        }
        let bound = if item.gzip { most } else { unpacked.min(most) };
        Ok(Content { stream: content, bound, packed: item.gzip || unpacked > most })
    }

    /// `fault`, with the names of the file and the entry.
    pub fn refusal(&self, item: &Item, fault: Fault) -> Refusal {
        let file = self.files.get(item.given).map_or("", |file| file.path.as_str());
        fault.of(file, item.entry.as_ref().map(|entry| entry.name.as_str()))
    }

    /// That nothing of what was given can be read.
    pub fn nothing(&self) -> Refusal {
        let names = some_of(self.files.iter().map(|file| file.path.clone()), self.files.len());
        Refusal { file: names.join(", "), ..Cause::NothingToRead.into() }
    }
}

/// A few of `count` names, and whether there are more.
pub fn some_of(names: impl Iterator<Item = String>, count: usize) -> Vec<String> {
    const FEW: usize = 3;
    names.take(FEW).chain((count > FEW).then(|| "…".to_owned())).collect()
}

/// An item that is being read.
pub struct Content<'a> {
    stream: Box<dyn Read + 'a>,
    /// No more bytes than this can come,
    pub bound: u64,
    /// and that is because more would be a bomb.
    packed: bool,
}

impl Content<'_> {
    /// Whether `want` bytes can come after the first `before`, so that memory may be taken for them.
    pub fn can_hold(&self, before: u64, want: u64) -> Result<(), Cause> {
        if want > MAX_CONTENT {
            return Err(Cause::ContentLimit { want, most: MAX_CONTENT });
        }
        let possible = self.bound.saturating_sub(before);
        match want > possible {
            true if self.packed => Err(Cause::Bomb { most: MAX_RATIO }),
            true => Err(Cause::ContentCut { got: possible, want }),
            false => Ok(()),
        }
    }

    /// How many bytes there are. Of what is packed only reading tells, so nothing is left to read then.
    pub fn length(&mut self) -> io::Result<u64> {
        if self.packed { io::copy(&mut self.stream, &mut io::sink()) } else { Ok(self.bound) }
    }

    /// Fills `bytes` as far as there is content. How many came.
    pub fn fill(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let mut got = 0;
        while let Some(rest) = bytes.get_mut(got..).filter(|rest| !rest.is_empty()) {
            match self.stream.read(rest) {
                Ok(0) => break,
                Ok(count) => got += count,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(got)
    }

    /// Whether everything was read. Asking also makes the decompressor compare its checksum.
    pub fn ends(&mut self) -> io::Result<bool> {
        Ok(self.fill(&mut [0])? == 0)
    }
}

impl Read for Content<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        self.stream.read(bytes)
    }
}

/// Counts what comes and breaks off beyond `most`, whatever was announced.
struct Meter<'a> {
    stream: Box<dyn Read + 'a>,
    got: u64,
    most: u64,
}

impl Read for Meter<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        let count = self.stream.read(bytes)?;
        self.got = self.got.saturating_add(count as u64);
        if self.got > self.most { Err(Cause::Bomb { most: MAX_RATIO }.into()) } else { Ok(count) }
    }
}

/// Holds an entry to the length and the checksum that the archive's table has for it.
struct Checked<'a> {
    stream: Meter<'a>,
    crc: Crc,
    entry: Entry,
}

impl Read for Checked<'_> {
    fn read(&mut self, bytes: &mut [u8]) -> io::Result<usize> {
        if bytes.is_empty() {
            return Ok(0);
        }
        let count = self.stream.read(bytes)?;
        self.crc.update(bytes.get(..count).unwrap_or_default());
        let wrong_end = count == 0 && (self.stream.got != self.entry.size || self.crc.sum() != self.entry.crc);
        if wrong_end || self.stream.got > self.entry.size {
            return Err(Cause::Damaged.into());
        }
        Ok(count)
    }
}

/// The items, taken out so that the supply can be opened while they are walked.
pub fn take_items(supply: &mut Supply) -> Vec<Item> {
    mem::take(&mut supply.items)
}
