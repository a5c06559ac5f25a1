//! What is malformed is refused with a sentence that says where and why.

use std::fmt::Write;
use std::ops::ControlFlow;

use super::make::*;
use crate::import::{Hints, read};

#[test]
fn says_what_is_wrong_and_where() {
    let idx_good = idx(8, &[1, 2, 2], &[1; 4]);
    let gz = gzip(&idx_good);
    let mut bad_sum = gz.clone();
    let end = bad_sum.len() - 5;
    bad_sum[end] ^= 1;
    let good_zip = zip(&[packed("a.png", grey(1, 1, 1))]);
    let mut bad_crc = good_zip.clone();
    let table = bad_crc.windows(4).position(|word| word == b"PK\x01\x02").expect("a table");
    bad_crc[table + 16] ^= 1;
    let mut no_header = good_zip.clone();
    no_header[0] = b'Q';
    let long_npy = [b"\x93NUMPY\x02\x00".to_vec(), u32::MAX.to_le_bytes().to_vec()].concat();
    let mut large_png = grey(1, 1, 1);
    large_png[16..20].copy_from_slice(&5000_u32.to_be_bytes());
    let mut crc = flate2::Crc::new();
    crc.update(&large_png[12..29]);
    large_png[29..33].copy_from_slice(&crc.sum().to_be_bytes());
    let table: Vec<(&str, Vec<u8>, &str)> = vec![
        // IDX
        ("a.idx", vec![0, 0, 8], "a.idx: the header is cut short: 3 of its 8 bytes are there"),
        ("a.idx", idx_good[..9].to_vec(), "a.idx: the header is cut short: 9 of its 16 bytes are there"),
        ("a.idx", b"hello".to_vec(), "a.idx: it begins with bytes 68 65, but an IDX file begins with 00 00"),
        ("a.idx", vec![0, 0, 0x0a, 3], "a.idx: byte 2 says element type 0x0a, which IDX does not know"),
        ("a.idx", vec![0, 0, 8, 200], "a.idx: byte 3 says 200 dimensions, but 1 to 4 are read"),
        ("a.idx", idx(8, &[0, 2, 2], &[]), "a.idx: it announces 0 items, but 1 to 4000000 are read"),
        (
            "a.idx",
            idx(8, &[1, 5000, 1], &[0; 5000]),
            "a.idx: it has pictures of 1×5000 pixels, but 1 to 4096 a side are read",
        ),
        (
            "a.idx",
            idx(8, &[u32::MAX; 4], &[]),
            "a.idx: it announces 18446744073709551615 bytes of content, but at most 8589934592 are read",
        ),
        (
            "a.idx",
            idx(8, &[1000, 28, 28], &[0; 9]),
            "a.idx: the content is cut short: 9 of the 784000 bytes that the header announces are there",
        ),
        ("a.idx", idx(8, &[1, 2, 2], &[0; 5]), "a.idx: more bytes follow after the 4 that the header announces"),
        (
            "a.idx",
            idx(8, &[4], &[0; 4]),
            "a.idx: these are 4 labels without their pictures; choose the file of the pictures together with it",
        ),
        (
            "a.idx",
            idx(8, &[2, 3], &[0; 6]),
            "a.idx: 3 values a picture do not make a square; say how high and wide the pictures are",
        ),
        ("a.idx", idx(8, &[1, 2, 2, 2], &[0; 8]), "a.idx: an array of shape 1×2×2×2 is not a set of pictures"),
        (
            "a.idx",
            idx(0x0d, &[1, 1, 1], &f32::NAN.to_be_bytes()),
            "a.idx, picture 1: a value is infinite or not a number",
        ),
        ("a.gz", gz[..gz.len() - 9].to_vec(), "a.gz: the compressed data is damaged"),
        ("a.gz", bad_sum, "a.gz: the compressed data is damaged"),
        ("a.gz", vec![0x1f, 0x8b], "a.gz: the compressed data is damaged"),
        ("a.gz", gzip(&gz), "a.gz: it is an archive in an archive; unpack it first"),
        ("a.gz", gzip(&good_zip), "a.gz: it is an archive in an archive; unpack it first"),
        (
            "a.gz",
            gzip(&idx(8, &[1 << 20, 4, 4], &vec![0; 1 << 24])),
            "a.gz: it would unpack to more than 500 times its size, as only a bomb does",
        ),
        // npy
        ("a.npy", b"\x93NUMPY\x01".to_vec(), "a.npy: the header is cut short: 7 of its 8 bytes are there"),
        (
            "a.npy",
            b"\x93NUMPY\x09\x00\x01\x00 ".to_vec(),
            "a.npy: it is version 9 of the npy format, but 1 to 3 are read",
        ),
        ("a.npy", long_npy, "a.npy: its header is 4294967295 bytes long, but at most 65536 are read"),
        (
            "a.npy",
            b"\x93NUMPY\x01\x00\xff\x00 ".to_vec(),
            "a.npy: the header is cut short: 11 of its 265 bytes are there",
        ),
        ("a.npy", npy_text("{'descr': ", b""), "a.npy, byte 20: the header does not read as numpy writes it"),
        ("a.npy", npy_text(&"(".repeat(9000), b""), "a.npy, byte 10: the header does not read as numpy writes it"),
        ("a.npy", npy_text("{'descr': '|u1'}", b""), "a.npy, byte 10: the header does not read as numpy writes it"),
        ("a.npy", npy("|u1", false, "(-1,)", b""), "a.npy, byte 61: the header does not read as numpy writes it"),
        (
            "a.npy",
            npy("|u1", false, "(99999999999999999999,)", b""),
            "a.npy, byte 81: the header does not read as numpy writes it",
        ),
        (
            "a.npy",
            npy("<c8", false, "(1, 1, 1)", b""),
            "a.npy: its elements are of type <c8, which is not a number that can be read",
        ),
        (
            "a.npy",
            npy("<U9", false, "(1, 1, 1)", b""),
            "a.npy: its elements are of type <U9, which is not a number that can be read",
        ),
        (
            "a.npy",
            npy_text("{'descr': [('a', '<f4')], }", b""),
            "a.npy: its elements are of type a structure, which is not a number that can be read",
        ),
        (
            "a.npy",
            npy("|O", false, "(1, 1, 1)", b""),
            "a.npy: its elements are Python objects; reading such runs a program that is in the file, so none are read: save numbers or words instead, as by astype(int) or astype(str)",
        ),
        ("a.npy", npy("|u1", false, "()", &[1]), "a.npy: an array of shape () is not a set of pictures"),
        (
            "a.npy",
            npy("<f8", false, "(9, 9, 9)", &[]),
            "a.npy: the content is cut short: 0 of the 5832 bytes that the header announces are there",
        ),
        (
            "a.npy",
            npy("<f4", false, "(1, 4096, 4096, 3)", &[]),
            "a.npy: the content is cut short: 0 of the 201326592 bytes that the header announces are there",
        ),
        // Tables
        ("a.csv", b"".to_vec(), "a.csv: the table has no rows"),
        ("a.csv", b"a,b,c,d\n".to_vec(), "a.csv: the table has no rows"),
        ("a.csv", b"1,2,3,4\n1,2,3\n".to_vec(), "a.csv, row 2: the row has 3 columns, but the first has 4"),
        ("a.csv", b"0,1,2,3\n0,1,x,3\n".to_vec(), "a.csv, row 2, column 3: “x” is not a number"),
        ("a.csv", b"0,1,2,3\n0,1,,3\n".to_vec(), "a.csv, row 2, column 3: “” is not a number"),
        ("a.csv", b"0,1,2,3\n0,1,inf,3\n".to_vec(), "a.csv, row 2, column 3: a value is infinite or not a number"),
        (
            "a.csv",
            b"1,2,3\n".to_vec(),
            "a.csv, row 1: 3 values a picture do not make a square; say how high and wide the pictures are",
        ),
        (
            "a.csv",
            [b"1,\"".to_vec(), vec![b'x'; 5 << 20]].concat(),
            "a.csv, row 1: a row is longer than the 4194304 bytes that are read; a quotation mark may be left open",
        ),
        // Archives
        ("a.zip", b"PK\x03\x04".to_vec(), "a.zip, byte 4: the archive has no table of contents, or a damaged one"),
        (
            "a.zip",
            good_zip[..good_zip.len() - 1].to_vec(),
            "a.zip, byte 182: the archive has no table of contents, or a damaged one",
        ),
        ("a.zip", no_header, "a.zip, a.png, byte 0: the archive has no table of contents, or a damaged one"),
        ("a.zip", bad_crc, "a.zip, a.png: the compressed data is damaged"),
        ("a.zip", zip(&[]), "a.zip: nothing in it can be read as a picture, an array or a table"),
        (
            "a.zip",
            zip(&[packed("../a.png", grey(1, 1, 1))]),
            "a.zip, ../a.png: the entry's name leads out of the archive",
        ),
        ("a.zip", zip(&[packed("/a.png", grey(1, 1, 1))]), "a.zip, /a.png: the entry's name leads out of the archive"),
        (
            "a.zip",
            zip(&[packed("a\\b.png", grey(1, 1, 1))]),
            "a.zip, a\\b.png: the entry's name leads out of the archive",
        ),
        (
            "a.zip",
            zip(&[packed("a\0.png", grey(1, 1, 1))]),
            "a.zip, a\0.png: the entry's name leads out of the archive",
        ),
        (
            "a.zip",
            zip(&[packed("C:a.png", grey(1, 1, 1))]),
            "a.zip, C:a.png: the entry's name leads out of the archive",
        ),
        (
            "a.zip",
            zip(&[Packed { flags: 1, ..packed("a.png", grey(1, 1, 1)) }]),
            "a.zip, a.png: the entry is encrypted",
        ),
        (
            "a.zip",
            zip(&[Packed { method: 14, ..packed("a.png", grey(1, 1, 1)) }]),
            "a.zip, a.png: the entry is packed by method 14, but only 0 (stored) and 8 (deflate) are read",
        ),
        (
            "a.zip",
            zip(&[packed("b.zip", good_zip.clone())]),
            "a.zip, b.zip: it is an archive in an archive; unpack it first",
        ),
        (
            "a.zip",
            zip(&[Packed { claim: Some(9), ..packed("a.npy", npy("|u1", false, "(1, 1, 1)", &[1])) }]),
            "a.zip, a.npy: the compressed data is damaged",
        ),
        (
            "a.zip",
            zip(&[packed("a.idx", idx(8, &[1 << 20, 4, 4], &vec![0; 1 << 24]))]),
            "a.zip, a.idx: it would unpack to more than 500 times its size, as only a bomb does",
        ),
        (
            "a.zip",
            zip(&[packed("data.pkl", b"\x80\x02.".to_vec())]),
            "a.zip, data.pkl: it is a Python pickle; opening one runs the program in it, so none is read: save the array as .npy instead",
        ),
        // Pictures
        ("a.png", grey(9, 9, 9)[..50].to_vec(), "a.png: the picture is damaged, or not of a kind that is read"),
        ("a.png", b"hello".to_vec(), "a.png: the picture is damaged, or not of a kind that is read"),
        ("a.png", large_png, "a.png: it has pictures of 5000×1 pixels, but 1 to 4096 a side are read"),
        // The rest
        ("a.bin", vec![1; 784], "a.bin: raw bytes say nothing of their shape; say how high and wide the pictures are"),
        (
            "a",
            b"\x80\x04\x95".to_vec(),
            "a: it is a Python pickle; opening one runs the program in it, so none is read: save the array as .npy instead",
        ),
        ("a.h5", b"\x89HDF\r\n\x1a\n".to_vec(), "a.h5: it is an HDF5 file, which is not read here"),
        ("a.tar", vec![1], "a.tar: it is a tar archive, which is not read here"),
        ("a", b"Dear diary".to_vec(), "a: nothing in it can be read as a picture, an array or a table"),
        ("a", vec![], "a: nothing in it can be read as a picture, an array or a table"),
    ];
    let mut wrong = String::new();
    for (name, bytes, sentence) in table {
        let said = one(name, bytes).map_or_else(|refusal| refusal.to_string(), |set| format!("{:?}", set.facts()));
        if said != sentence {
            writeln!(wrong, "expected: {sentence}\nsaid:     {said}").expect("a string takes everything");
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");
}

/// Two names for the same bytes, and a table that announces more entries than it holds.
#[test]
fn a_table_of_contents_that_lies_is_refused() {
    let two = || vec![packed("a.png", grey(1, 1, 1)), packed("b.png", grey(1, 1, 1))];
    let mut shared = zip(&two());
    let second = shared.windows(4).rposition(|word| word == b"PK\x01\x02").expect("a table");
    shared[second + 42..second + 46].fill(0);
    let mut more = zip(&two());
    let count = more.len() - 14;
    more[count..count + 4].copy_from_slice(&[3, 0, 3, 0]);
    let mut many = zip64(&two());
    let record = many.windows(4).rposition(|word| word == b"PK\x06\x06").expect("a record");
    for at in [24, 32] {
        many[record + at..][..8].copy_from_slice(&(1_u64 << 40).to_le_bytes());
    }
    let say = |bytes| one("a.zip", bytes).expect_err("a lie").to_string();
    assert_eq!(say(shared), "a.zip, byte 0: the archive has no table of contents, or a damaged one");
    assert!(say(more).ends_with("the archive has no table of contents, or a damaged one"));
    assert_eq!(say(many), "a.zip: the archive has 1099511627776 entries, but at most 300000 are read");
}

#[test]
fn says_what_does_not_fit_together() {
    let files = [("i.idx", idx(8, &[2, 1, 1], &[1, 2])), ("l.idx", idx(8, &[3], &[1, 2, 3]))];
    let refusal = collect(&files, &Hints::default()).expect_err("a label too many");
    assert_eq!(refusal.to_string(), "l.idx: there are 2 pictures but 3 labels");
    let hints = Hints { shape: Some([2, 3, 1]), ..Hints::default() };
    let refusal = collect(&[("a.raw", vec![0; 7])], &hints).expect_err("a byte too many");
    assert_eq!(refusal.to_string(), "a.raw: 7 bytes are not a whole number of pictures of 6 bytes");
    let refusal = collect(&[("a.npy", npy("|u1", false, "(1, 4)", &[0; 4]))], &hints).expect_err("4 are not 6");
    assert_eq!(refusal.to_string(), "a.npy: 4 values a picture do not make the 2×3×1 that were stated");
    let refusal = collect(&[], &hints).expect_err("nothing");
    assert_eq!(refusal.to_string(), "no file was given");
}

#[test]
fn a_refusal_crosses_as_json() {
    let refusal = one("a.csv", b"1,2,3,4\n1,x,3,4\n".to_vec()).expect_err("x");
    let json = serde_json::to_string(&refusal).expect("plain data");
    assert_eq!(
        json,
        r#"{"file":"a.csv","entry":null,"place":{"cell":{"row":2,"column":2}},"cause":{"not-number":{"text":"x"}}}"#
    );
    assert_eq!(serde_json::from_str::<crate::import::Refusal>(&json).expect("its own words"), refusal);
}

/// Every step asks; whichever one is told to stop does.
#[test]
fn can_be_cancelled_anywhere() {
    let pixels = vec![1; 3 << 20];
    let files = [
        ("a.npy", npy("|u1", false, "(3072, 32, 32)", &pixels)),
        ("f.npy", npy("|u1", true, "(3072, 32, 32)", &pixels)),
        ("a.zip", zip(&[packed("1.png", grey(1, 1, 1)), packed("2.png", grey(1, 1, 1))])),
        ("a.csv", "1,2,3,4\n".repeat(1 << 18).into_bytes()),
    ];
    for (name, bytes) in files {
        let mut reports = 0;
        for stop in 0.. {
            let mut asked = 0;
            let mut progress = |done: u64, of: u64| {
                assert!(done <= of, "{name}: {done} of {of}");
                asked += 1;
                if asked > stop { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
            };
            match read(vec![given(name, &bytes)], &Hints::default(), &mut progress) {
                Ok(_) => break,
                Err(refusal) => assert_eq!(refusal.to_string(), "reading was cancelled", "{name}"),
            }
            reports = stop;
        }
        assert!(reports >= 1, "{name}: only {reports} reports");
    }
}
