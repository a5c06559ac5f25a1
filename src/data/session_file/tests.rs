use super::*;
use crate::data::image_set::ImageSet;
use crate::rng::Rng;
use crate::spec::{DataSpec, ModelSpec, PIXELS, TrainingSpec};

fn set(n: usize, ink: u8) -> ImageSet {
    let names = vec!["gato".to_owned(), "perro \"grande\"".to_owned()];
    ImageSet::new(vec![ink; n * PIXELS], (0..n).map(|i| (i % 2) as u8).collect(), names).expect("a set")
}

fn own(ink: u8) -> Own {
    Own::new(set(70, ink), set(3, ink)).expect("both parts")
}

fn floats(n: usize, rng: &mut Rng) -> Vec<u8> {
    (0..n).flat_map(|_| rng.normal().to_le_bytes()).collect()
}

/// A session with so many moments, of which every second test has pictures and every third codes.
fn session(moments: usize, rng: &mut Rng) -> Session<'static> {
    let own = moments.is_multiple_of(2).then(|| own(rng.below(256) as u8));
    let data = own.as_ref().map_or(DataSpec::Digits { count: 500 }, Own::spec);
    let model = ModelSpec::mlp(&[1 + rng.below(9)]);
    let mut step = 0;
    let moments = (0..moments).map(|_| {
        step += 1 + rng.below(50) as u32;
        let spec = RunSpec { data, model: model.clone(), seed: rng.u32(), ..RunSpec::default() };
        Moment { spec, step, bytes: floats(VECTORS * model.parameters(), rng).into() }
    });
    let moments: Vec<Moment<'static>> = moments.collect();
    let n = rng.below(40);
    let codes = (!n.is_multiple_of(3)).then(|| Codes {
        step,
        mu: (0..n).map(|_| [rng.normal(), rng.normal()]).collect(),
        log_var: vec![[if n.is_multiple_of(2) { f32::NEG_INFINITY } else { -1.5 }; 2]; n],
        labels: (0..n).map(|i| (i % MOST_CLASSES) as u8).collect(),
    });
    let log = format!("{{\"step\":{step},\"name\":\"día {n}\"}}");
    let names = if n.is_multiple_of(2) { vec!["\u{1f431}".to_owned(), String::new()] } else { Vec::new() };
    let scene = "z=0.4,-1.2&lang=es".to_owned();
    Session { scene, log: log.into(), moments, codes, names, own: own.map(Cow::Owned) }
}

#[test]
fn what_is_written_is_read_and_written_again_in_the_same_bytes() {
    for seed in 0..24 {
        let session = session(1 + seed as usize % 5, &mut Rng::new(seed));
        let file = session.to_file().expect("a file");
        let opened = Session::open(&file).expect("the same");
        assert_eq!(opened, session);
        assert!(is_session(&file) && opened.to_file().expect("again") == file, "seed {seed}");
    }
}

#[test]
fn a_session_without_pictures_or_codes_is_one_too() {
    let mut session = session(2, &mut Rng::new(5));
    (session.own, session.codes) = (None, None);
    let file = session.to_file().expect("a file");
    assert_eq!(Session::open(&file), Ok(session));
}

/// A file with another head or other tensors than the page writes.
fn spoilt(change: impl FnOnce(&mut Session<'static>)) -> Result<Vec<u8>, SessionFileError> {
    let mut session = session(2, &mut Rng::new(3));
    change(&mut session);
    session.to_file()
}

fn refused(file: &[u8]) -> SessionFileError {
    Session::open(file).expect_err("no session")
}

/// Replaces words in the head by others of the same length.
fn reworded(file: &[u8], from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let at = file.windows(from.len()).position(|bytes| bytes == from.as_bytes()).expect("the words");
    let mut file = file.to_vec();
    file[at..at + to.len()].copy_from_slice(to.as_bytes());
    file
}

#[test]
fn what_is_no_session_says_what_it_is() {
    let whole = spoilt(|_| {}).expect("a file");
    assert!(matches!(refused(b"<!doctype html>"), SessionFileError::Unreadable(_)));
    let want = whole.len() as u64;
    assert_eq!(refused(&whole[..whole.len() - 1]), SessionFileError::Cut { got: want - 1, want });
    // As a model file is.
    let model = serialize([("mu.weight", TensorView::new(Dtype::U8, vec![1], &[0]).expect("a tensor"))], None);
    let model = model.expect("a file");
    assert_eq!(refused(&model), SessionFileError::NoSession);
    assert!(!is_session(&model) && !is_session(&whole[..40]));
    let newer = reworded(&whole, "{\\\"version\\\":1,", "{\\\"version\\\":7,");
    assert_eq!(refused(&newer), SessionFileError::Newer { found: 7 });
    assert!(is_session(&newer), "and not taken for a model");
    let head = reworded(&whole, "\\\"moments\\\"", "\\\"momento\\\"");
    assert!(matches!(refused(&head), SessionFileError::Head(_)));
}

#[test]
fn what_no_page_wrote_is_refused() {
    let file = |change: fn(&mut Session<'static>)| spoilt(change).expect("a file");
    let none = file(|session| session.moments.clear());
    assert!(matches!(refused(&none), SessionFileError::Head(_)));
    let falling = file(|session| session.moments.reverse());
    assert!(matches!(refused(&falling), SessionFileError::Head(_)));
    let flawed = file(|session| session.moments[1].spec.training.batch = 0);
    assert!(matches!(refused(&flawed), SessionFileError::Flaw { why: Flaw::Batch, .. }));
    let wide = file(|session| session.moments[0].spec.model = ModelSpec::mlp(&[20]));
    assert!(matches!(refused(&wide), SessionFileError::Shape { .. }));
    let wild = file(|session| {
        let mut bytes = session.moments[0].bytes.to_vec();
        bytes[..4].copy_from_slice(&f32::NAN.to_le_bytes());
        session.moments[0].bytes = bytes.into();
    });
    assert!(matches!(refused(&wild), SessionFileError::NotFinite { .. }));
    let others = file(|session| session.own = Some(Cow::Owned(own(1))));
    assert_eq!(refused(&others), SessionFileError::OtherPictures);
    let codes = |mu: f32, label: u8| {
        let codes = Codes { step: 1, mu: vec![[mu, 0.0]], log_var: vec![[0.0; 2]], labels: vec![label] };
        refused(&spoilt(|session| session.codes = Some(codes)).expect("a file"))
    };
    assert!(matches!(codes(f32::INFINITY, 0), SessionFileError::NotFinite { .. }));
    assert!(matches!(codes(0.0, 12), SessionFileError::Shape { .. }));
    let large = reworded(&file(|_| {}), "\\\"side\\\":28", "\\\"side\\\":64");
    assert!(matches!(refused(&large), SessionFileError::Shape { .. }), "no bytes for such pictures");
    // Three vectors or nothing.
    assert!(matches!(
        spoilt(|session| session.moments[0].bytes = vec![0; 13].into()),
        Err(SessionFileError::Shape { .. })
    ));
}

/// Damage is refused or does no harm: never a panic, and whatever opens can be written.
#[test]
fn a_damaged_file_never_ends_the_page() {
    let mut rng = Rng::new(11);
    let whole = session(2, &mut rng).to_file().expect("a file");
    for length in (0..whole.len()).step_by(whole.len() / 200) {
        assert!(Session::open(&whole[..length]).is_err(), "cut at {length}");
    }
    // Where the head is, for it is what is understood.
    let head = 8 + u64::from_le_bytes(whole[..8].try_into().expect("eight bytes")) as usize;
    for _ in 0..3000 {
        let mut file = whole.clone();
        for _ in 0..1 + rng.below(3) {
            let at = rng.below(head);
            file[at] = if rng.below(2) == 0 { rng.below(256) as u8 } else { b'0' + rng.below(10) as u8 };
        }
        if let Ok(session) = Session::open(&file) {
            assert!(session.to_file().is_ok());
        }
    }
}

/// The file with which `fuzz/` begins.
#[test]
#[ignore = "writes into the checkout"]
fn writes_the_seed() {
    let mut session = session(1, &mut Rng::new(2));
    let own = Own::new(set(4, 200), set(1, 90)).expect("both parts");
    let spec = RunSpec { data: own.spec(), model: ModelSpec::mlp(&[1]), ..RunSpec::default() };
    let bytes = vec![0; VECTORS * 4 * spec.model.parameters()].into();
    session.moments =
        vec![Moment { spec: RunSpec { training: TrainingSpec { batch: 2, ..spec.training }, ..spec }, step: 7, bytes }];
    session.own = Some(Cow::Owned(own));
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/session");
    std::fs::create_dir_all(&folder).expect("a folder");
    std::fs::write(folder.join("a.safetensors"), session.to_file().expect("a file")).expect("a file");
}
