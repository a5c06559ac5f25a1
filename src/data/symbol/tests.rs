use super::*;
use crate::spec::SIDE;

/// A bar, each of the drawings a little farther to the right.
fn drawings(count: usize) -> Vec<Vec<u8>> {
    let bar = |n: usize| (0..PIXELS).map(move |i| if i % SIDE == 8 + n % 12 { 255 } else { 0 }).collect();
    (0..count).map(bar).collect()
}

fn labels_of(set: &ImageSet, class: u8) -> usize {
    set.labels().iter().filter(|&&label| label == class).count()
}

#[test]
fn a_fifth_is_held_out_and_one_at_least() {
    let counts = |n: usize| {
        let (train, held_out) = split(&drawings(n));
        (train.len(), held_out.len())
    };
    assert_eq!([3, 4, 5, 9, 10, 20].map(counts), [(2, 1), (3, 1), (4, 1), (8, 1), (8, 2), (16, 4)]);
    let numbered: Vec<Vec<u8>> = (0..10).map(|i| vec![i]).collect();
    let (train, held_out) = split(&numbered);
    assert_eq!(held_out, [[4], [9]]);
    assert!(train.iter().all(|drawing| !held_out.contains(drawing)));
}

#[test]
fn the_symbol_is_an_eleventh_class_as_large_as_a_digit() {
    let base = Base::Digits { seed: 1, count: 400 };
    let own = Mixing::new(base, &drawings(6), "★").expect("enough drawings").finish().expect("a set");
    assert_eq!(own.names().len(), 11);
    assert_eq!(own.names()[10], "★");
    assert_eq!((labels_of(own.train(), 10), labels_of(own.train(), 3)), (40, 40));
    assert_eq!((labels_of(own.test(), 10), labels_of(own.test(), 3)), (200, 200));
    // The digits are those of the run, to train on and held out.
    let (train, test) = (digits::digits(1, 400).0, digits::digits(held_out::seed(1), HELD_OUT).0);
    assert_eq!(own.train().pixels()[..400 * PIXELS], *train.pixels());
    assert_eq!(own.test().pixels()[..HELD_OUT * PIXELS], *test.pixels());
}

#[test]
fn what_is_made_a_few_at_a_time_is_the_same() {
    let make = || Mixing::new(Base::Shapes { seed: 2, count: 60 }, &drawings(3), "x").expect("enough drawings");
    let mut slowly = make();
    let mut turns = 0;
    while !slowly.advance(7) {
        turns += 1;
    }
    assert!(turns > 8);
    assert_eq!(slowly.finish(), make().finish());
    assert_eq!(make().finish().map(|own| own.names().len()), Ok(shapes::KINDS + 1));
}

#[test]
fn own_pictures_get_one_class_more_up_to_the_limit() {
    let names: Vec<String> = (0..11).map(|i| format!("c{i}")).collect();
    let set = |n: usize| ImageSet::new(vec![9; n * PIXELS], (0..n).map(|i| (i % 2) as u8).collect(), names.clone());
    let own = Own::new(set(7000).expect("a set"), set(20).expect("a set")).expect("both parts");
    let mixed = Mixing::new(Base::Own(&own), &drawings(3), "c11").expect("room").finish().expect("a set");
    // Of two classes that are there, and no more of them than are mixed.
    assert_eq!((mixed.train().len(), labels_of(mixed.train(), 11)), (9000, 3000));
    assert_eq!((labels_of(mixed.train(), 0), labels_of(mixed.test(), 11)), (3000, 10));
    let full = Mixing::new(Base::Own(&mixed), &drawings(3), "c12").map(|_| ());
    assert_eq!(full, Err(MixError::TooManyClasses));
}

#[test]
fn too_few_drawings_and_those_of_another_size_make_no_class() {
    let base = Base::Digits { seed: 1, count: 100 };
    assert_eq!(Mixing::new(base, &drawings(2), "x").map(|_| ()), Err(MixError::TooFew));
    assert_eq!(Mixing::new(base, &vec![vec![0; 9]; 3], "x").map(|_| ()), Err(MixError::Format));
}
