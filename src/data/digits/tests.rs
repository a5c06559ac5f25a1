use super::*;

/// Mean and standard deviation of bytes, in 0..=1.
fn moments(pixels: &[u8]) -> (f64, f64) {
    let n = pixels.len() as f64;
    let mean = pixels.iter().map(|&byte| f64::from(byte) / 255.0).sum::<f64>() / n;
    let variance = pixels.iter().map(|&byte| (f64::from(byte) / 255.0 - mean).powi(2)).sum::<f64>() / n;
    (mean, variance.sqrt())
}

/// FNV-1a, 64 bits.
fn hash(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, &byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// A change of this number is a change of everybody's data: let it be on purpose, and measure the module's table anew.
#[test]
fn the_first_hundred_of_seed_1_are_what_they_were() {
    let (set, factors) = digits(1, 100);
    assert_eq!(hash(set.pixels()), 5_409_477_027_410_482_220, "pixels");
    assert_eq!(hash(set.labels()), 8_909_396_298_561_379_791, "labels");
    assert!(set.labels().iter().eq(factors.iter().map(|factors| &factors.class)));
}

#[test]
fn a_digit_does_not_depend_on_the_others() {
    let (few, few_factors) = digits(9, 7);
    let (many, many_factors) = digits(9, 23);
    assert_eq!(few.pixels(), &many.pixels()[..7 * PIXELS]);
    assert_eq!(few_factors, many_factors[..7]);
    let (alone, alone_factors) = digit(9, 22);
    assert_eq!((alone.as_slice(), alone_factors), (many.image(22), many_factors[22]));
    assert_ne!(digit(9, 0).0, digit(10, 0).0);
}

#[test]
fn ten_that_follow_each_other_are_the_ten_classes() {
    let (set, factors) = digits(3, 2000);
    for ten in set.labels().chunks(10) {
        let mut sorted = ten.to_vec();
        sorted.sort_unstable();
        assert_eq!(sorted, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
    }
    assert_ne!(set.labels()[..10], set.labels()[10..20]);
    // Every allograph is as frequent as its weight, within four standard deviations of 200 draws.
    for (class, ways) in skeletons::CLASSES.iter().enumerate() {
        for (way, allograph) in ways.iter().enumerate() {
            let is_it =
                |factors: &&Factors| (usize::from(factors.class), usize::from(factors.allograph)) == (class, way);
            let share = factors.iter().filter(is_it).count() as f32 / 200.0;
            let bound = 4.0 * (allograph.weight * (1.0 - allograph.weight) / 200.0).sqrt();
            assert!((share - allograph.weight).abs() < bound, "{class} {}: {share}", allograph.name);
        }
    }
}

#[test]
fn the_ink_is_like_mnists() {
    let (set, _) = digits(2, 2000);
    let (mean, deviation) = moments(set.pixels());
    assert!((0.122..0.138).contains(&mean), "mean {mean}");
    assert!((0.30..0.32).contains(&deviation), "deviation {deviation}");
}

#[test]
fn every_digit_has_ink_in_the_middle_and_none_at_the_border() {
    let (set, _) = digits(4, 2000);
    let mut touching = 0;
    for i in 0..set.len() {
        let picture = set.image(i);
        assert!(picture.contains(&255), "digit {i} is pale");
        let (mean, _) = moments(picture);
        assert!((0.015..0.35).contains(&mean), "digit {i} has a mean of {mean}");
        let mass: f64 = picture.iter().map(|&byte| f64::from(byte)).sum();
        let centre = |place: fn(usize) -> usize| {
            let moment: f64 =
                picture.iter().enumerate().map(|(at, &byte)| (place(at) as f64 + 0.5) * f64::from(byte)).sum();
            moment / mass
        };
        for along in [centre(|at| at % SIDE), centre(|at| at / SIDE)] {
            assert!((along - f64::from(MIDDLE)).abs() < 1.6, "digit {i} has its centre at {along}");
        }
        let is_border = |at: usize| [at % SIDE, at / SIDE].iter().any(|&along| along == 0 || along == SIDE - 1);
        touching += usize::from(picture.iter().enumerate().any(|(at, &byte)| is_border(at) && byte > 0));
    }
    assert!(touching <= 4, "{touching} of {} digits touch the border", set.len());
}

#[test]
fn factors_stay_in_their_ranges_and_use_them() {
    let (_, factors) = digits(5, 2000);
    let check = |name: &str, value: fn(&Factors) -> f32, [low, high]: [f32; 2]| {
        let (least, most) = factors
            .iter()
            .map(value)
            .fold((f32::INFINITY, f32::NEG_INFINITY), |(least, most), value| (least.min(value), most.max(value)));
        assert!(least >= low && most <= high, "{name}: {least}..{most} leaves {low}..{high}");
        assert!(most - least > 0.9 * (high - low), "{name}: {least}..{most} uses little of {low}..{high}");
    };
    check("blend", |f| f.blend, [0.0, 1.0]);
    check("slant", |f| f.slant, Factors::SLANT.bounds());
    check("rotation", |f| f.rotation, Factors::ROTATION.bounds());
    check("log aspect", |f| f.aspect.ln(), Factors::LOG_ASPECT.bounds().map(|bound| bound * (1.0 + 1e-5)));
    check("scale", |f| f.scale, Factors::SCALE.bounds());
    check("thickness", |f| f.thickness, Factors::LOG_THICKNESS.bounds().map(f32::exp));
    check("shift", |f| f.shift[0], [-Factors::SHIFT, Factors::SHIFT]);
    check("shift", |f| f.shift[1], [-Factors::SHIFT, Factors::SHIFT]);
    check("distortion", |f| f.distortion, Factors::DISTORTION);
}

/// What the factors say is what the picture shows: more slant leans more to the right, a thicker pen leaves more ink.
#[test]
fn the_picture_follows_its_factors() {
    let (set, factors) = digits(6, 3000);
    let ink = |i: usize| moments(set.image(i)).0;
    let lean = |i: usize| {
        let (mut covariance, mut variance) = (0.0, 0.0);
        for (at, &byte) in set.image(i).iter().enumerate() {
            let [x, y] = [at % SIDE, at / SIDE].map(|along| along as f64 + 0.5 - f64::from(MIDDLE));
            covariance -= f64::from(byte) * x * y;
            variance += f64::from(byte) * y * y;
        }
        covariance / variance
    };
    for class in 0..10 {
        let members: Vec<usize> = (0..set.len()).filter(|&i| factors[i].class == class).collect();
        let correlation = |a: &dyn Fn(usize) -> f64, b: &dyn Fn(usize) -> f64| {
            let n = members.len() as f64;
            let mean = |value: &dyn Fn(usize) -> f64| members.iter().map(|&i| value(i)).sum::<f64>() / n;
            let (mean_a, mean_b) = (mean(a), mean(b));
            let product = |value: &dyn Fn(usize) -> f64, other: &dyn Fn(usize) -> f64, m: f64, o: f64| {
                members.iter().map(|&i| (value(i) - m) * (other(i) - o)).sum::<f64>()
            };
            product(a, b, mean_a, mean_b) / (product(a, a, mean_a, mean_a) * product(b, b, mean_b, mean_b)).sqrt()
        };
        let with_slant = correlation(&|i| f64::from(factors[i].slant), &lean);
        let with_thickness = correlation(&|i| f64::from(factors[i].thickness), &ink);
        assert!(with_slant > 0.8, "class {class}: lean and slant {with_slant}");
        assert!(with_thickness > 0.7, "class {class}: ink and thickness {with_thickness}");
    }
}
