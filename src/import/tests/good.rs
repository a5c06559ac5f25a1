//! What is well formed is read for what it is.

use image::{ImageFormat, Luma, LumaA, Rgb, Rgba};

use super::make::*;
use crate::data::brought::Origin;
use crate::import::collected::Values;
use crate::import::{Cause, Collected, Hints, LabelColumn, Note};

/// Everything's values, whatever their type.
fn values(set: &Collected) -> Vec<f32> {
    set.frames.iter().flat_map(|frame| set.floats(*frame)).collect()
}

fn names(set: &Collected) -> (Vec<u8>, Vec<&str>) {
    let classes = set.classes().expect("labels");
    (classes.labels.clone(), classes.names.iter().map(String::as_str).collect())
}

fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.iter().map(|&byte| byte.into()).collect()
}

#[test]
fn idx_of_every_type_plain_and_gzipped() {
    let check = |element: u8, content: Vec<u8>, expect: &[f32]| {
        let file = idx(element, &[expect.len() as u32, 1, 1], &content);
        for bytes in [file.clone(), gzip(&file)] {
            let set = one("a", bytes).unwrap_or_else(|refusal| panic!("{element:#x}: {refusal}"));
            assert_eq!(values(&set), expect, "{element:#x}");
        }
    };
    check(0x08, vec![0, 7, 255], &[0.0, 7.0, 255.0]);
    check(0x09, vec![0x80, 0xff, 0x7f], &[-128.0, -1.0, 127.0]);
    check(0x0b, vec![0x80, 0, 0, 2], &[-32_768.0, 2.0]);
    check(0x0c, vec![0xff, 0xff, 0xff, 0xfe, 0, 0, 1, 0], &[-2.0, 256.0]);
    check(0x0d, [0.5_f32.to_be_bytes(), (-3.0_f32).to_be_bytes()].concat(), &[0.5, -3.0]);
    check(0x0e, 0.25_f64.to_be_bytes().to_vec(), &[0.25]);
}

#[test]
fn idx_of_every_shape() {
    let pixels: Vec<u8> = (0..24).collect();
    let sizes = |shape: &[u32]| {
        let set = one("a", idx(8, shape, &pixels)).expect("a shape of pictures");
        assert_eq!(values(&set), floats(&pixels));
        (set.len(), set.frames[0].width, set.frames[0].height, set.frames[0].channels)
    };
    assert_eq!(sizes(&[2, 3, 4]), (2, 4, 3, 1));
    assert_eq!(sizes(&[2, 2, 2, 3]), (2, 2, 2, 3));
    assert_eq!(sizes(&[6, 4]), (6, 2, 2, 1));
}

#[test]
fn the_four_files_of_mnist_are_paired_and_the_training_part_comes_first() {
    let files = [
        ("t10k-images-idx3-ubyte", idx(8, &[1, 1, 1], &[9])),
        ("t10k-labels-idx1-ubyte", idx(8, &[1], &[5])),
        ("train-images-idx3-ubyte.gz", gzip(&idx(8, &[2, 1, 1], &[1, 2]))),
        ("train-labels-idx1-ubyte.gz", gzip(&idx(8, &[2], &[7, 3]))),
    ];
    let set = collect(&files, &Hints::default()).expect("four files");
    assert_eq!(values(&set), [1.0, 2.0, 9.0]);
    assert_eq!(names(&set), (vec![2, 0, 1], vec!["3", "5", "7"]));
    assert_eq!((set.split(), set.notes()), (Some(2), &[][..]));
    // Parts of the same length are told apart by their names alone.
    let files = [
        ("test-images", idx(8, &[1, 1, 1], &[9])),
        ("train-images", idx(8, &[1, 1, 1], &[1])),
        ("test-labels", idx(8, &[1], &[5])),
        ("train-labels", idx(8, &[1], &[6])),
    ];
    let set = collect(&files, &Hints::default()).expect("four files");
    assert_eq!((values(&set), names(&set).0), (vec![1.0, 9.0], vec![1, 0]));
}

#[test]
fn npy_of_every_type_in_both_byte_orders() {
    let check = |descr: &str, content: Vec<u8>, expect: f32| {
        let set = one("a.npy", npy(descr, false, "(1, 1, 1)", &content));
        let set = set.unwrap_or_else(|refusal| panic!("{descr}: {refusal}"));
        assert_eq!(values(&set), [expect], "{descr}");
    };
    check("|b1", vec![1], 1.0);
    check("|u1", vec![200], 200.0);
    check("|i1", vec![0xfe], -2.0);
    check("<u2", vec![1, 2], 513.0);
    check(">u2", vec![1, 2], 258.0);
    check("<i2", vec![0xff, 0xff], -1.0);
    check("<u4", 70_000_u32.to_le_bytes().to_vec(), 70_000.0);
    check(">i4", (-5_i32).to_be_bytes().to_vec(), -5.0);
    check("<i8", (-6_i64).to_le_bytes().to_vec(), -6.0);
    check("<u8", 6_u64.to_le_bytes().to_vec(), 6.0);
    check("<f2", half::f16::from_f32(0.5).to_le_bytes().to_vec(), 0.5);
    check(">f2", half::f16::from_f32(0.5).to_be_bytes().to_vec(), 0.5);
    check("<f4", 1.5_f32.to_le_bytes().to_vec(), 1.5);
    check(">f4", 1.5_f32.to_be_bytes().to_vec(), 1.5);
    check("<f8", 2.5_f64.to_le_bytes().to_vec(), 2.5);
    check(">f8", 2.5_f64.to_be_bytes().to_vec(), 2.5);
}

/// The same pictures however an array lies in its file: every layout is written from one function of the indices.
#[test]
fn npy_in_every_layout() {
    let (n, h, w) = (3, 2, 5);
    for (c, planar, flat) in [(1, false, false), (1, false, true), (3, false, false), (3, true, false)] {
        for fortran in [false, true] {
            for descr in ["|u1", "<f4"] {
                let value = |i: usize, y: usize, x: usize, k: usize| (((i * h + y) * w + x) * c + k) as u8;
                let shape = match (c, planar, flat) {
                    (1, _, true) => vec![n, h * w],
                    (1, ..) => vec![n, h, w],
                    (_, true, _) => vec![n, c, h, w],
                    _ => vec![n, h, w, c],
                };
                let count: usize = shape.iter().product();
                let mut content = Vec::new();
                for mut at in 0..count {
                    let mut index = vec![0; shape.len()];
                    let axes: Vec<usize> =
                        if fortran { (0..shape.len()).collect() } else { (0..shape.len()).rev().collect() };
                    for axis in axes {
                        index[axis] = at % shape[axis];
                        at /= shape[axis];
                    }
                    let byte = match index[..] {
                        [i, p] => value(i, p / w, p % w, 0),
                        [i, y, x] => value(i, y, x, 0),
                        [i, k, y, x] if planar => value(i, y, x, k),
                        [i, y, x, k] => value(i, y, x, k),
                        _ => unreachable!("two to four axes"),
                    };
                    if descr == "|u1" { content.push(byte) } else { content.extend(f32::from(byte).to_le_bytes()) }
                }
                let text = format!("({})", shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
                let hints = Hints { shape: flat.then_some([h as u32, w as u32, 1]), ..Hints::default() };
                let set = collect(&[("a.npy", npy(descr, fortran, &text, &content))], &hints).expect(&text);
                let expect: Vec<f32> = (0..count).map(|at| at as f32).collect();
                assert_eq!(values(&set), expect, "{text} fortran {fortran} {descr}");
                assert_eq!(matches!(set.values, Values::Bytes(_)), descr == "|u1");
            }
        }
    }
}

#[test]
fn several_arrays_without_labels_are_classes_by_their_names() {
    let files = [("dog.npy", npy("|u1", false, "(1, 4)", &[1; 4])), ("cat.npy", npy("|u1", false, "(2, 4)", &[2; 8]))];
    let set = collect(&files, &Hints::default()).expect("two arrays");
    assert_eq!(names(&set), (vec![0, 0, 1], vec!["cat", "dog"]));
}

#[test]
fn labels_may_be_words() {
    let pictures = || packed("x.npy", npy("|u1", false, "(3, 1, 1)", &[1, 2, 3]));
    let letters = |words: [&str; 3], bytes: fn(u32) -> [u8; 4]| -> Vec<u8> {
        let padded = |word: &str| [word.chars().map(u32::from).collect(), vec![0; 4 - word.chars().count()]].concat();
        words.iter().flat_map(|word| padded(word)).flat_map(bytes).collect()
    };
    let words = ["ojo", "año", "ojo"];
    for (descr, content) in [
        ("<U4", letters(words, u32::to_le_bytes)),
        (">U4", letters(words, u32::to_be_bytes)),
        ("|S5", "ojo\0\0año\0ojo\0\0".as_bytes().to_vec()),
    ] {
        let file = zip(&[pictures(), packed("y.npy", npy(descr, false, "(3,)", &content))]);
        let set = one("a.npz", file).unwrap_or_else(|refusal| panic!("{descr}: {refusal}"));
        assert_eq!(names(&set), (vec![1, 0, 1], vec!["año", "ojo"]), "{descr}");
        assert_eq!(set.notes(), []);
    }
    let numbers = letters(["10", "9", "10"], u32::to_le_bytes);
    let file = zip(&[pictures(), packed("labels.npy", npy("<U4", false, "(3, 1)", &numbers))]);
    assert_eq!(names(&one("a.npz", file).expect("words")), (vec![1, 0, 1], vec!["9", "10"]));
    // The two halves are of one kind, or there are no labels.
    let halves = |train: Vec<u8>, test: Vec<u8>| {
        let files = [
            ("x_train.npy", npy("|u1", false, "(3, 1, 1)", &[1, 2, 3])),
            ("x_test.npy", npy("|u1", false, "(1, 1, 1)", &[4])),
            ("y_train.npy", train),
            ("y_test.npy", test),
        ];
        collect(&files, &Hints::default()).expect("two halves")
    };
    let train = || npy("<U4", false, "(3,)", &letters(words, u32::to_le_bytes));
    let word = || npy("|S3", false, "(1,)", b"yes");
    let set = halves(train(), word());
    assert_eq!(names(&set), (vec![1, 0, 1, 2], vec!["año", "ojo", "yes"]));
    let numbers = |count: usize| npy("|u1", false, &format!("({count},)"), &vec![0; count]);
    for mixed in [halves(train(), numbers(1)), halves(numbers(3), word())] {
        assert_eq!((mixed.classes(), mixed.notes()), (None, &[Note::LabelsLeftOut][..]));
    }
    // Words of another number are no labels, and are no reason to refuse the pictures.
    let file = zip(&[pictures(), packed("about.npy", npy("|S3", false, "(2,)", b"one2  "))]);
    let set = one("a.npz", file).expect("pictures");
    assert_eq!(set.notes(), [Note::Ignored { files: 1, names: vec!["about.npy".into()] }]);
}

#[test]
fn where_labels_are_missed_the_array_that_is_not_read_is_said() {
    let file = zip(&[
        packed("x.npy", npy("|u1", false, "(2, 1, 1)", &[1, 2])),
        packed("y.npy", npy("|O", false, "(2,)", b"\x80\x02.")),
    ]);
    let set = one("a.npz", file).expect("pictures");
    let [Note::Unread { first }, Note::Ignored { .. }] = set.notes() else { panic!("{:?}", set.notes()) };
    assert_eq!((&first.cause, first.file.as_str()), (&Cause::Objects, "a.npz"));
}

#[test]
fn npz_as_keras_has_mnist() {
    let file = zip(&[
        packed("x_test.npy", npy("|u1", false, "(1, 1, 1)", &[3])),
        packed("x_train.npy", npy("|u1", false, "(2, 1, 1)", &[1, 2])),
        packed("y_test.npy", npy("<i8", false, "(1,)", &8_i64.to_le_bytes())),
        packed("y_train.npy", npy("|u1", false, "(2, 1)", &[4, 8])),
        packed("metadata.npy", npy("|O", false, "()", b"\x80\x02.")),
        packed("read me", b"hello".to_vec()),
    ]);
    let set = one("mnist.npz", file).expect("mnist.npz");
    assert_eq!(values(&set), [1.0, 2.0, 3.0]);
    assert_eq!(names(&set), (vec![0, 1, 1], vec!["4", "8"]));
    assert_eq!(
        (set.split(), set.notes()),
        (Some(2), &[Note::Ignored { files: 2, names: vec!["metadata.npy".into(), "read me".into()] }][..])
    );
}

#[test]
fn tables_with_the_label_first_last_or_nowhere_and_any_header() {
    let check = |text: &str, pixels: &[f32], labels: Option<&[&str]>| {
        let set = one("a.csv", text.as_bytes().to_vec()).unwrap_or_else(|refusal| panic!("{text}: {refusal}"));
        assert_eq!(values(&set), pixels, "{text}");
        let named =
            set.classes().map(|c| c.labels.iter().map(|&l| c.names[usize::from(l)].as_str()).collect::<Vec<_>>());
        assert_eq!(named.as_deref(), labels, "{text}");
    };
    check("label,a,b,c,d\n5,0,1,2,3\n6,4,5,6,7\n", &[0., 1., 2., 3., 4., 5., 6., 7.], Some(&["5", "6"]));
    check("a,b,c,d,class\r\n0,1,2,3,5.0\r\n4,5,6,7,6.0", &[0., 1., 2., 3., 4., 5., 6., 7.], Some(&["5", "6"]));
    check("0;0;0;0;cat\n1;1;1;1;dog\n", &[0., 0., 0., 0., 1., 1., 1., 1.], Some(&["cat", "dog"]));
    check("9\t0\t0\t0\t1\n8\t0\t0\t2\t1\n", &[0., 0., 0., 1., 0., 0., 2., 1.], Some(&["9", "8"]));
    check("0,0,0,1,9\n0,0,2,1,8\n", &[0., 0., 0., 1., 0., 0., 2., 1.], Some(&["9", "8"]));
    check("1,2,3,4\n\n\"5\",6,7,8\n", &[1., 2., 3., 4., 5., 6., 7., 8.], None);
    check("\u{feff}a,b,c,d\n1,2,3,4\n", &[1., 2., 3., 4.], None);
    check("0,5;1;-2;1e1\n", &[0.5, 1.0, -2.0, 10.0], None);
}

/// Longer than the pieces in which it is read, which then end within rows, between them, and within a number.
#[test]
fn no_row_of_a_long_table_is_lost() {
    for (row, count) in [("1,2,3,4\n", 20_000), ("1,2,3,41\n", 20_000), ("\"1\",22,333,4\r\n", 20_000)] {
        let set = one("a.csv", row.repeat(count).into_bytes()).expect("a table");
        assert_eq!(set.len(), count, "{row}");
        assert!(values(&set).chunks_exact(4).all(|picture| picture == set.floats(set.frames[0])), "{row}");
    }
}

#[test]
fn a_table_is_read_as_stated() {
    let hints = Hints { labels: LabelColumn::Last, header: Some(true), delimiter: Some(b'|'), ..Hints::default() };
    let set = collect(&[("a.csv", b"1|2\n3|4\n".to_vec())], &hints).expect("as stated");
    assert_eq!((values(&set), names(&set)), (vec![3.0], (vec![0], vec!["4"])));
    let hints = Hints { shape: Some([1, 2, 3]), labels: LabelColumn::None, ..Hints::default() };
    let set = collect(&[("a.csv", b"1,2,3,4,5,6\n".to_vec())], &hints).expect("as stated");
    assert_eq!((set.frames[0].width, set.frames[0].channels), (2, 3));
}

#[test]
fn pictures_of_every_kind() {
    let colours = image::RgbImage::from_pixel(3, 2, Rgb([250, 10, 20]));
    let formats = [ImageFormat::Png, ImageFormat::Bmp, ImageFormat::WebP, ImageFormat::Gif, ImageFormat::Jpeg];
    for format in formats {
        let set = one("no-ending", encode(colours.clone(), format)).unwrap_or_else(|e| panic!("{format:?}: {e}"));
        let frame = set.frames[0];
        assert_eq!((frame.width, frame.height, set.facts().colourful), (3, 2, true), "{format:?}");
        let first = set.floats(frame);
        assert!((first[0] - 250.0).abs() < 4.0 && (first[1] - 10.0).abs() < 4.0, "{format:?}: {first:?}");
    }
    let half = encode(image::RgbaImage::from_pixel(1, 1, Rgba([1, 2, 3, 4])), ImageFormat::Png);
    let set = one("a.png", half).expect("a PNG");
    assert_eq!((values(&set), set.facts().transparent), (vec![1.0, 2.0, 3.0, 4.0], true));
    let wide = encode(image::ImageBuffer::<Luma<u16>, _>::from_pixel(1, 1, Luma([65_535])), ImageFormat::Png);
    assert_eq!(values(&one("a.png", wide).expect("16 bits")), [255.0]);
    let covered = encode(image::GrayAlphaImage::from_pixel(1, 1, LumaA([9, 8])), ImageFormat::Png);
    assert_eq!(values(&one("a.png", covered).expect("grey and cover")), [9.0, 8.0]);
}

#[test]
fn folders_are_classes_and_what_systems_leave_is_ignored() {
    let entries = |prefix: &str| {
        [("dogs/2.png", 2), ("cats/1.png", 1), ("cats/.DS_Store", 0), ("__MACOSX/cats/._1.png", 0)]
            .map(|(name, value)| packed(&format!("{prefix}{name}"), grey(2, 2, value)))
    };
    for prefix in ["", "pets/", "a/b/"] {
        let set = one("pets.zip", zip(&entries(prefix))).expect("an archive");
        assert_eq!(names(&set), (vec![0, 1], vec!["cats", "dogs"]), "{prefix}");
        assert_eq!(set.notes(), [Note::Ignored { files: 2, names: vec![] }]);
    }
    let files = [("pets/dogs/2.png", grey(2, 2, 2)), ("pets/cats/1.png", grey(3, 1, 1))];
    let set = collect(&files, &Hints::default()).expect("a folder");
    assert_eq!((names(&set).1, set.facts().smallest, set.facts().largest), (vec!["cats", "dogs"], [3, 1], [2, 2]));
    let files = [("only/2.png", grey(2, 2, 2)), ("only/1.png", grey(2, 2, 1))];
    assert!(collect(&files, &Hints::default()).expect("a folder").classes().is_none());
}

#[test]
fn folders_may_say_which_half_is_for_testing() {
    let files = [
        ("set/test/cats/1.png", grey(1, 1, 1)),
        ("set/train/cats/2.png", grey(1, 1, 2)),
        ("set/train/dogs/3.png", grey(1, 1, 3)),
    ];
    let set = collect(&files, &Hints::default()).expect("a folder");
    assert_eq!((values(&set), set.split()), (vec![2.0, 3.0, 1.0], Some(2)));
    assert_eq!(names(&set), (vec![0, 1, 0], vec!["cats", "dogs"]));
}

#[test]
fn one_damaged_picture_is_left_out_and_said() {
    let files = [("cats/1.png", grey(1, 1, 1)), ("dogs/2.png", b"\x89PNG\r\n\x1a\nnonsense".to_vec())];
    let set = collect(&files, &Hints::default()).expect("one picture");
    assert_eq!(set.len(), 1);
    let [Note::Unreadable { pictures: 1, first }] = set.notes() else { panic!("{:?}", set.notes()) };
    assert_eq!(first.to_string(), "dogs/2.png: the picture is damaged, or not of a kind that is read");
}

#[test]
fn large_pictures_are_brought_to_the_side_at_once() {
    let set = one("a.png", grey(400, 100, 77)).expect("a PNG");
    let frame = set.frames[0];
    assert_eq!((frame.width, frame.height, set.facts().largest), (256, 64, [400, 100]));
    assert!(set.floats(frame).iter().all(|&value| value == 77.0));
    let set = one("a.png", grey(4000, 1, 77)).expect("a PNG");
    assert_eq!((set.frames[0].width, set.frames[0].height), (512, 1));
}

#[test]
fn raw_bytes_have_the_stated_shape() {
    let hints = Hints { shape: Some([1, 2, 1]), ..Hints::default() };
    let set = collect(&[("a.raw", vec![1, 2, 3, 4])], &hints).expect("two pictures");
    assert_eq!((set.len(), values(&set)), (2, vec![1.0, 2.0, 3.0, 4.0]));
    // Behind a header of their own, and packed, so that only reading tells how many there are.
    let hints = Hints { skip: 3, ..hints };
    for (name, bytes) in [("a.raw", vec![9, 9, 9, 1, 2, 3, 4]), ("a.raw.gz", gzip(&[9, 9, 9, 1, 2, 3, 4]))] {
        let set = collect(&[(name, bytes)], &hints).expect("two pictures");
        assert_eq!((set.len(), values(&set), set.preview().origin), (2, vec![1.0, 2.0, 3.0, 4.0], Origin::Raw));
    }
}

#[test]
fn an_archive_may_hold_any_of_these() {
    let inner = zip(&[
        packed("data/train-images-idx3-ubyte.gz", gzip(&idx(8, &[1, 1, 1], &[4]))),
        packed("data/train-labels-idx1-ubyte", idx(8, &[1], &[2])),
        packed("data/read me.txt", b"hello".to_vec()),
    ]);
    let set = one("set.zip", inner).expect("IDX in an archive");
    assert_eq!((values(&set), names(&set).1), (vec![4.0], vec!["2"]));
    for make in [zip, zip64] {
        let set = one("set.zip", make(&[packed("a.csv", b"1,2,3,4".to_vec())])).expect("a table in an archive");
        assert_eq!(values(&set), [1.0, 2.0, 3.0, 4.0]);
    }
}

#[test]
fn more_than_memory_holds_is_sampled_evenly() {
    let pixels: Vec<u8> = (0..200_u8).flat_map(|i| [i; 100]).collect();
    let hints = Hints { memory: 100 * 132, ..Hints::default() };
    let array = |descr: &str, fortran| npy(descr, fortran, "(200, 10, 10)", &pixels);
    let rows: Vec<String> = (0..200).map(|i| vec![i.to_string(); 100].join(",")).collect();
    let pictures: Vec<_> = (0..200_u32).map(|i| packed(&format!("{i:03}.png"), grey(10, 10, i as u8))).collect();
    let cases = [
        ("a.npy", array("|u1", false)),
        ("f.npy", npy("|u1", true, "(200, 10, 10)", &(0..100).flat_map(|_| 0..200).collect::<Vec<u8>>())),
        ("a.csv", rows.join("\n").into_bytes()),
        ("a.zip", zip(&pictures)),
    ];
    for (name, bytes) in cases {
        let set = collect(&[(name, bytes)], &hints).expect(name);
        let kept = set.len();
        let least = if name == "f.npy" { 20 } else { 50 };
        assert!((least..=110).contains(&kept), "{name}: {kept}");
        assert!(set.notes().contains(&Note::Sampled { kept: kept as u64, total: 200 }), "{name}: {:?}", set.notes());
        let firsts: Vec<f32> = set.frames.iter().map(|frame| set.floats(*frame)[0]).collect();
        let indices: Vec<f32> = set.frames.iter().map(|frame| frame.index as f32).collect();
        assert_eq!(firsts, indices, "{name}: the pictures are where their numbers say");
        let steps: Vec<f32> = indices.windows(2).map(|pair| pair[1] - pair[0]).collect();
        let (low, high) = (steps.iter().copied().fold(f32::MAX, f32::min), steps.iter().copied().fold(0.0, f32::max));
        assert!(high - low <= 1.0, "{name}: steps from {low} to {high}");
    }
}
