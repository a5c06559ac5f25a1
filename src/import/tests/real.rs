//! MNIST as published, where it is.

use std::fs::File;

use crate::data::idx::tests::data_folder;
use crate::import::{Given, Hints, Test, Unwatched, prepare, read};

#[test]
fn mnist_is_read_as_the_tool_reads_it() {
    let Some(folder) = data_folder("mnist") else { return };
    let names = ["t10k-images-idx3", "t10k-labels-idx1", "train-images-idx3", "train-labels-idx1"];
    let files = names.map(|name| {
        let name = format!("{name}-ubyte.gz");
        let file = File::open(folder.join(&name)).expect("a published file");
        Given::new(name, Box::new(file)).expect("a file has a length")
    });
    let set = read(files.into(), &Hints::default(), &mut Unwatched).expect("the published files");
    assert_eq!((set.len(), set.split(), set.notes()), (70_000, Some(60_000), &[][..]));
    let preview = set.preview();
    assert!(!preview.choices.invert, "digits are white on black");
    assert_eq!(preview.classes.iter().map(|(name, _)| name.as_str()).collect::<String>(), "0123456789");
    let ready = prepare(&set, &preview.choices, &mut Unwatched).expect("a set");
    assert_eq!((preview.choices.test, ready.train), (Test::AsGiven, 60_000));
    let (train, test) = ready.image_sets().expect("28×28 and grey");
    let counts = |labels: &[u8]| -> Vec<usize> {
        (0..10).map(|class| labels.iter().filter(|&&label| label == class).count()).collect()
    };
    assert_eq!(counts(train.labels()), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
    assert_eq!(counts(test.labels()), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
    let mean = train.pixels().iter().map(|&pixel| f64::from(pixel)).sum::<f64>() / train.pixels().len() as f64;
    assert!((mean / 255.0 - 0.13066).abs() < 5e-6, "{mean}");
}
