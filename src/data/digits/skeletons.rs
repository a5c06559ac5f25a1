//! How the ten digits are written: for each allograph (a way to write a character) the path of the pen, drawn by hand
//! for this project.
//!
//! A knot has two places, one for each extreme of its allograph (say, a narrow and a wide bowl), and a digit lies
//! anywhere between. Places are in hundredths of the digit's height: x to the right, y down from its top.

/// A point that the pen passes.
#[derive(Clone, Copy, Debug)]
pub struct Knot {
    pub extremes: [[i8; 2]; 2],
    /// The pen turns sharply here.
    pub corner: bool,
}

/// A stroke of the pen, from where it is set down to where it is lifted.
pub type Stroke = &'static [Knot];

/// A way to write a digit.
#[derive(Debug)]
pub struct Allograph {
    pub name: &'static str,
    /// How often, relative to the others of its class.
    pub weight: f32,
    pub strokes: &'static [Stroke],
}

/// A smooth knot.
const fn s(x0: i8, y0: i8, x1: i8, y1: i8) -> Knot {
    Knot { extremes: [[x0, y0], [x1, y1]], corner: false }
}

/// A corner.
const fn c(x0: i8, y0: i8, x1: i8, y1: i8) -> Knot {
    Knot { extremes: [[x0, y0], [x1, y1]], corner: true }
}

const fn way(name: &'static str, weight: f32, strokes: &'static [Stroke]) -> Allograph {
    Allograph { name, weight, strokes }
}

/// The allographs of each class.
pub const CLASSES: [&[Allograph]; 10] = [ZERO, ONE, TWO, THREE, FOUR, FIVE, SIX, SEVEN, EIGHT, NINE];

#[rustfmt::skip]
const ZERO: &[Allograph] = &[
    way("closed", 0.7, &[
        &[s(40, 1, 62, 5), s(14, 12, 30, 4), s(1, 38, 5, 34), s(3, 70, 2, 68), s(22, 98, 26, 96), s(46, 92, 68, 90),
          s(57, 58, 92, 52), s(50, 20, 84, 16), s(34, 2, 52, 2)],
    ]),
    way("crossed at the top", 0.3, &[
        &[s(44, 8, 62, 14), s(24, 2, 36, 2), s(4, 26, 8, 24), s(4, 68, 2, 66), s(26, 99, 32, 98), s(54, 80, 74, 82),
          s(60, 42, 84, 44), s(48, 12, 66, 10), s(30, 4, 36, 2), s(22, 10, 26, 12)],
    ]),
];

#[rustfmt::skip]
const ONE: &[Allograph] = &[
    way("bar", 0.84, &[
        &[s(50, 0, 53, 0), s(49, 33, 53, 33), s(50, 66, 49, 67), s(50, 100, 50, 100)],
    ]),
    way("flag", 0.13, &[
        &[s(26, 26, 36, 18), c(51, 1, 50, 0), s(50, 50, 52, 48), s(50, 100, 48, 100)],
    ]),
    way("flag and foot", 0.03, &[
        &[s(28, 22, 38, 16), c(50, 1, 51, 0), s(50, 50, 51, 50), s(50, 96, 50, 98)],
        &[s(22, 98, 30, 97), s(50, 97, 52, 99), s(78, 96, 72, 97)],
    ]),
];

#[rustfmt::skip]
const TWO: &[Allograph] = &[
    way("angled", 0.5, &[
        &[s(12, 26, 4, 12), s(20, 6, 26, 1), s(44, 1, 58, 1), s(62, 18, 76, 14), s(54, 44, 68, 38), s(30, 74, 36, 68),
          c(6, 98, 2, 92), s(36, 96, 48, 95), s(66, 94, 96, 98)],
    ]),
    way("small loop", 0.3, &[
        &[s(16, 18, 10, 24), s(32, 3, 30, 4), s(58, 2, 60, 3), s(70, 20, 74, 24), s(58, 50, 56, 54),
          s(34, 80, 34, 82), s(12, 94, 12, 98), s(2, 85, 1, 88), s(16, 76, 14, 74), s(44, 86, 42, 84),
          s(66, 94, 68, 97), s(94, 88, 94, 84)],
    ]),
    way("large loop", 0.2, &[
        &[s(12, 22, 6, 28), s(24, 4, 26, 6), s(48, 2, 58, 2), s(64, 20, 78, 20), s(62, 52, 74, 54), s(44, 84, 48, 86),
          s(18, 98, 18, 99), s(2, 82, 1, 80), s(20, 64, 22, 62), s(48, 76, 56, 76), s(62, 92, 76, 94),
          s(80, 96, 96, 90)],
    ]),
];

#[rustfmt::skip]
const THREE: &[Allograph] = &[
    way("round", 0.55, &[
        &[s(10, 18, 2, 6), s(28, 1, 30, 1), s(56, 8, 64, 8), s(54, 30, 62, 30), c(26, 45, 38, 47), s(56, 54, 64, 52),
          s(64, 76, 74, 70), s(40, 97, 48, 95), s(4, 84, 2, 94)],
    ]),
    way("looped", 0.25, &[
        &[s(10, 10, 4, 20), s(36, 0, 34, 2), s(62, 12, 60, 14), s(52, 34, 48, 38), s(32, 47, 26, 49),
          s(30, 42, 22, 43), s(44, 44, 42, 46), s(66, 60, 62, 64), s(60, 88, 56, 88), s(30, 99, 28, 99),
          s(2, 86, 0, 78)],
    ]),
    way("flat-topped", 0.2, &[
        &[s(6, 4, 4, 8), s(36, 3, 34, 4), c(70, 2, 62, 2), s(52, 22, 46, 22), c(34, 40, 28, 40), s(60, 50, 58, 48),
          s(72, 72, 68, 72), s(44, 97, 42, 97), s(2, 88, 4, 84)],
    ]),
];

#[rustfmt::skip]
const FOUR: &[Allograph] = &[
    way("open, angled", 0.4, &[
        &[s(26, 4, 16, 2), s(16, 28, 12, 26), c(4, 55, 8, 52), s(44, 54, 46, 52), s(92, 50, 88, 48)],
        &[s(70, 2, 66, 6), s(62, 50, 62, 50), s(56, 100, 60, 100)],
    ]),
    way("open, rounded", 0.4, &[
        &[s(16, 6, 20, 4), s(6, 30, 8, 28), s(8, 50, 14, 50), s(32, 54, 40, 50), s(60, 46, 68, 40)],
        &[s(70, 0, 78, 0), s(66, 30, 70, 36), s(60, 66, 64, 66), s(58, 100, 58, 100)],
    ]),
    way("closed", 0.2, &[
        &[s(60, 2, 58, 0), s(34, 30, 32, 26), c(2, 60, 4, 56), s(48, 60, 48, 58), s(94, 58, 86, 56)],
        &[s(60, 2, 62, 4), s(60, 50, 60, 50), s(56, 100, 60, 100)],
    ]),
];

#[rustfmt::skip]
const FIVE: &[Allograph] = &[
    way("hat apart", 0.5, &[
        &[s(22, 4, 20, 6), s(18, 24, 16, 22), c(14, 44, 12, 42), s(36, 36, 40, 35), s(64, 50, 70, 48),
          s(64, 80, 70, 78), s(36, 99, 38, 98), s(2, 90, 2, 86)],
        &[s(22, 4, 20, 5), s(50, 3, 54, 2), s(86, 0, 92, 2)],
    ]),
    way("one stroke", 0.3, &[
        &[s(84, 2, 92, 6), s(54, 4, 58, 4), c(24, 6, 28, 3), s(20, 24, 20, 22), c(14, 44, 14, 42), s(38, 38, 42, 36),
          s(62, 54, 68, 50), s(60, 82, 66, 80), s(32, 99, 36, 99), s(2, 88, 2, 92)],
    ]),
    way("flowing", 0.2, &[
        &[s(88, 4, 94, 0), s(60, 3, 66, 4), s(38, 8, 42, 6), s(26, 28, 24, 32), s(36, 42, 34, 44), s(58, 56, 56, 60),
          s(54, 82, 54, 84), s(28, 98, 26, 97), s(2, 88, 2, 86)],
    ]),
];

#[rustfmt::skip]
const SIX: &[Allograph] = &[
    way("curved", 0.45, &[
        &[s(52, 0, 62, 6), s(28, 14, 34, 12), s(6, 48, 8, 44), s(6, 82, 10, 82), s(30, 99, 36, 99), s(56, 84, 66, 84),
          s(52, 62, 60, 62), s(30, 58, 34, 56), s(12, 74, 14, 72)],
    ]),
    way("straight", 0.3, &[
        &[s(38, 0, 46, 0), s(22, 28, 28, 26), s(8, 62, 8, 60), s(8, 90, 10, 88), s(26, 100, 34, 99),
          s(48, 82, 60, 82), s(44, 64, 52, 64), s(24, 68, 26, 66), s(12, 86, 12, 82)],
    ]),
    way("wide bowl", 0.25, &[
        &[s(28, 0, 36, 2), s(12, 24, 14, 24), s(2, 58, 2, 58), s(10, 88, 14, 92), s(38, 99, 46, 99),
          s(68, 84, 84, 82), s(70, 56, 80, 56), s(46, 48, 52, 46), s(26, 66, 30, 66), s(22, 90, 26, 92)],
    ]),
];

#[rustfmt::skip]
const SEVEN: &[Allograph] = &[
    way("angled", 0.42, &[
        &[s(8, 14, 2, 4), s(32, 6, 36, 4), c(66, 2, 74, 5), s(52, 40, 56, 42), s(36, 70, 38, 72),
          s(28, 100, 28, 100)],
    ]),
    way("rounded", 0.3, &[
        &[s(2, 26, 4, 12), s(14, 9, 22, 4), s(42, 6, 48, 3), s(66, 5, 70, 8), s(64, 22, 66, 28), s(48, 58, 50, 60),
          s(38, 100, 36, 100)],
    ]),
    way("hooked", 0.16, &[
        &[s(8, 28, 10, 24), c(12, 8, 10, 8), s(36, 5, 40, 4), c(72, 2, 70, 4), s(56, 44, 52, 42),
          s(44, 100, 34, 100)],
    ]),
    way("barred", 0.12, &[
        &[s(4, 8, 2, 10), s(34, 5, 38, 5), c(72, 2, 76, 4), s(54, 44, 54, 46), s(34, 100, 32, 100)],
        &[s(24, 52, 30, 50), s(50, 50, 54, 48), s(82, 46, 80, 48)],
    ]),
];

#[rustfmt::skip]
const EIGHT: &[Allograph] = &[
    way("from the right", 0.6, &[
        &[s(62, 16, 72, 12), s(42, 1, 46, 2), s(18, 10, 16, 14), s(20, 32, 20, 34), s(42, 50, 46, 50),
          s(58, 72, 66, 72), s(48, 96, 50, 95), s(22, 96, 22, 95), s(12, 76, 8, 76), s(32, 50, 36, 48),
          s(54, 28, 62, 28), s(62, 12, 66, 8)],
    ]),
    way("from the middle", 0.2, &[
        &[s(38, 46, 42, 48), s(16, 30, 14, 30), s(22, 6, 22, 6), s(46, 2, 52, 2), s(60, 20, 68, 22),
          s(38, 48, 42, 48), s(10, 74, 6, 74), s(20, 97, 22, 96), s(48, 96, 56, 96), s(58, 74, 68, 74),
          s(36, 46, 40, 46)],
    ]),
    way("open at the top", 0.2, &[
        &[s(74, 14, 82, 6), s(48, 4, 46, 2), s(18, 12, 14, 14), s(24, 34, 24, 36), s(46, 54, 44, 56),
          s(52, 78, 50, 80), s(34, 98, 32, 98), s(14, 86, 12, 86), s(26, 62, 28, 62), s(54, 34, 60, 34),
          s(76, 8, 86, 12)],
    ]),
];

#[rustfmt::skip]
const NINE: &[Allograph] = &[
    way("straight stem", 0.45, &[
        &[s(58, 12, 66, 10), s(36, 1, 40, 1), s(10, 16, 4, 20), s(12, 40, 10, 48), s(40, 40, 44, 46),
          c(58, 10, 68, 6), s(54, 52, 64, 50), s(50, 100, 58, 100)],
    ]),
    way("one sweep", 0.35, &[
        &[s(56, 12, 64, 22), s(38, 1, 46, 2), s(10, 14, 10, 12), s(6, 36, 4, 40), s(30, 44, 30, 52),
          s(52, 22, 62, 28), s(56, 30, 62, 42), s(42, 70, 48, 74), s(24, 100, 36, 100)],
    ]),
    way("curved stem", 0.2, &[
        &[s(60, 12, 60, 14), s(36, 1, 34, 2), s(8, 20, 6, 22), s(14, 44, 16, 48), s(44, 38, 44, 40),
          c(60, 10, 62, 12), s(64, 46, 64, 46), s(56, 82, 52, 84), s(34, 99, 28, 99), s(10, 90, 4, 88)],
    ]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_allograph_is_drawable() {
        for (class, allographs) in CLASSES.iter().enumerate() {
            let total: f32 = allographs.iter().map(|way| way.weight).sum();
            assert!((total - 1.0).abs() < 1e-6, "the weights of {class} add up to {total}");
            for way in *allographs {
                for stroke in way.strokes {
                    assert!(stroke.len() >= 3, "{class} {}: a stroke of {} knots", way.name, stroke.len());
                    let inner = &stroke[1..stroke.len() - 1];
                    assert!(
                        !stroke[0].corner && !stroke[stroke.len() - 1].corner,
                        "{class} {}: corner at an end",
                        way.name
                    );
                    assert!(inner.iter().filter(|knot| knot.corner).count() <= 2, "{class} {}", way.name);
                }
                let places = way.strokes.iter().flat_map(|stroke| stroke.iter()).flat_map(|knot| knot.extremes);
                for [x, y] in places {
                    assert!((0..=100).contains(&x) && (0..=100).contains(&y), "{class} {}: {x} {y}", way.name);
                }
            }
        }
    }
}
