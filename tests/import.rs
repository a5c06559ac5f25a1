//! What reading a file takes, counted at the allocator: whatever a file claims, no more than the readers promise.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs;
use std::io::Cursor;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use latentscape::data::session_file::Session;
use latentscape::import::{Given, Hints, Unwatched, prepare, read};
use latentscape::rng::Rng;

/// Bytes of pictures to keep.
const MEMORY: u64 = 1 << 20;

/// What readers of arrays, tables and archives may take beside the pictures: buffers, one picture, one row, the table
/// of contents.
const SMALL: usize = 16 << 20;

/// One picture of 128 MB, and the same again while a decoder turns it into values of a byte.
const PICTURE: usize = 300 << 20;

struct Counting;

static NOW: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

// SAFETY: the system's allocator does all the work; counting touches no memory of its.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        PEAK.fetch_max(NOW.fetch_add(layout.size(), Relaxed) + layout.size(), Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn dealloc(&self, memory: *mut u8, layout: Layout) {
        NOW.fetch_sub(layout.size(), Relaxed);
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(memory, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// The most that was taken at a time while `bytes` were read and, if they could be, made into a set.
fn peak(name: &str, bytes: &[u8]) -> usize {
    if name.ends_with(".safetensors") {
        let before = NOW.load(Relaxed);
        PEAK.store(before, Relaxed);
        drop(Session::open(bytes));
        return PEAK.load(Relaxed) - before;
    }
    let given = Given::new(name, Box::new(Cursor::new(bytes.to_vec()))).expect("memory has a length");
    let hints = Hints { memory: MEMORY, ..Hints::default() };
    let before = NOW.load(Relaxed);
    PEAK.store(before, Relaxed);
    if let Ok(set) = read(vec![given], &hints, &mut Unwatched) {
        prepare(&set, &set.preview().choices, &mut Unwatched).expect("what was read can be used");
    }
    PEAK.load(Relaxed) - before
}

/// The files with which `fuzz/` begins, and the limit of each.
fn seeds() -> Vec<(PathBuf, Vec<u8>, usize)> {
    let mut seeds = Vec::new();
    for folder in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds")).expect("the seeds") {
        let folder = folder.expect("a readable entry").path();
        let limit = if folder.ends_with("picture") || folder.ends_with("zip") { PICTURE } else { SMALL };
        for file in fs::read_dir(&folder).expect("a folder of seeds") {
            let path = file.expect("a readable entry").path();
            let bytes = fs::read(&path).expect("a readable seed");
            seeds.push((path, bytes, limit));
        }
    }
    seeds.sort();
    seeds
}

// One test, for the allocator counts for the whole program.
#[test]
fn no_claim_of_a_file_takes_memory() {
    let billion = peak("a.zip", &a_billion_entries());
    assert!(billion <= SMALL, "{billion} bytes were taken for a billion entries");
    let seeds = seeds();
    assert!(seeds.len() > 10, "only {} seeds", seeds.len());
    for (path, bytes, limit) in seeds {
        let name = path.file_name().expect("a name").to_string_lossy();
        let check = |damaged: &[u8], what: &str| {
            let peak = peak(&name, damaged);
            assert!(peak <= limit, "{name}: {peak} bytes were taken; {what}");
        };
        check(&bytes, "whole");
        // Every number in a header, in either byte order, made large.
        for at in 0..bytes.len().min(400) {
            for (width, value) in [(1, 0xff), (2, 0xff), (4, 0xff), (8, 0xff), (4, 0x10), (1, b'9')] {
                let mut damaged = bytes.clone();
                let end = damaged.len().min(at + width);
                damaged[at..end].fill(value);
                check(&damaged, &format!("{width} bytes {value:#x} at {at}"));
            }
        }
        let mut rng = Rng::new(11);
        for round in 0..300 {
            let mut damaged = bytes.clone();
            for _ in 0..1 + rng.below(6) {
                let at = rng.below(damaged.len());
                damaged[at] = rng.u32() as u8;
            }
            check(&damaged, &format!("round {round}"));
        }
    }
}

/// A file that claims what a browser's whole memory could not hold.
fn a_billion_entries() -> Vec<u8> {
    let mut bytes = vec![0; 1 << 20];
    bytes.extend(b"PK\x06\x06");
    bytes.extend(44_u64.to_le_bytes());
    bytes.extend([0; 12]);
    for word in [1_u64 << 30, 1 << 30, 1 << 40, 0] {
        bytes.extend(word.to_le_bytes());
    }
    let record = 1_u64 << 20;
    bytes.extend(b"PK\x06\x07\0\0\0\0");
    bytes.extend(record.to_le_bytes());
    bytes.extend(1_u32.to_le_bytes());
    bytes.extend(b"PK\x05\x06\0\0\0\0");
    bytes.extend([0xff; 12]);
    bytes.extend([0; 2]);
    bytes
}
