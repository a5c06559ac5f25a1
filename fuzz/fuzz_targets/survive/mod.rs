//! What every target holds: a file ends in a set within its memory or in a refusal, and a set can be used.

use std::io::Cursor;

use latentscape::import::{Given, Hints, Unwatched, prepare, read};

const MEMORY: u64 = 1 << 20;

pub fn survive(name: &str, bytes: &[u8]) {
    let Ok(given) = Given::new(name, Box::new(Cursor::new(bytes.to_vec()))) else { return };
    let hints = Hints { memory: MEMORY, ..Hints::default() };
    let Ok(set) = read(vec![given], &hints, &mut Unwatched) else { return };
    // One picture alone may be larger than all may be.
    assert!(set.len() == 1 || set.memory() <= MEMORY);
    let ready = prepare(&set, &set.preview().choices, &mut Unwatched).expect("what was read can be used");
    ready.image_sets().expect("a format that is known");
}
