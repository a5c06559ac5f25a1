#![no_main]

use latentscape::data::session_file::Session;

// What opens can be written, and opens again as the same.
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    if let Ok(session) = Session::open(bytes) {
        let file = session.to_file().expect("what was opened can be written");
        assert!(Session::open(&file).is_ok_and(|again| again.to_file().is_ok_and(|same| same == file)));
    }
});
