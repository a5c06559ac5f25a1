//! What a point of the plane is, in terms of the codes around it.

use super::posterior::prior_beyond;
use crate::spec::MOST_CLASSES;

/// The most codes that are asked for their class.
pub const NEIGHBOURS: usize = 25;

/// How many of `count` codes are asked: about their square root, so that a class of few is not outvoted, and an odd number.
pub fn asked(count: usize) -> usize {
    (count.isqrt() | 1).min(NEIGHBOURS)
}

/// A code farther than this, in σ of the codes, is no neighbour. A fifth: of codes that keep to the prior, 0.2 units of z.
const NEAR: f32 = 0.2;

/// Up to here, in σ of the prior, a point counts as inside it: about one sample in ninety falls beyond.
const PRIOR_RADIUS: f32 = 3.0;

/// Below this share of the votes the first class does not have the point to itself.
const MAJORITY: f32 = 0.72;

/// The classes around a point.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Neighbourhood {
    /// The class with the most votes among the nearest codes, [`asked`] of them; of several the one that is nearer.
    pub class: u8,
    pub votes: usize,
    pub second: Option<u8>,
    pub asked: usize,
    /// Distance to the nearest code, in units of z.
    pub nearest: f32,
    /// Standard deviation of all codes, in units of z: the root mean square over the axes, which no turn changes.
    pub spread: f32,
    /// Index of that code.
    pub index: usize,
}

/// What can be said of a point in one sentence.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Place {
    /// Most of the neighbours are of this class.
    Inside { class: u8, votes: usize, asked: usize },
    /// Two classes share the neighbours.
    Border { first: u8, second: u8 },
    /// Under the prior, but no test picture is encoded here.
    Empty { nearest: f32 },
    /// No test picture is encoded here, and so far out the prior hardly ever goes; `beyond` is the share of its samples at
    /// least as far. Codes may well lie out there, those of a plain autoencoder do: among them a point is inside.
    Outside { beyond: f32, nearest: f32 },
}

/// Votes of the nearest codes, by brute force: a few distances a code, far below a millisecond for 10,000.
/// `codes` in units of z, one label each.
pub fn neighbourhood(codes: &[[f32; 2]], labels: &[u8], z: [f32; 2]) -> Option<Neighbourhood> {
    let count = codes.len().min(labels.len());
    let (mut best, mut found) = ([(f32::INFINITY, usize::MAX); NEIGHBOURS], 0);
    let best = &mut best[..asked(count)];
    for (index, code) in codes.iter().enumerate().take(count) {
        let distance = (code[0] - z[0]).powi(2) + (code[1] - z[1]).powi(2);
        if distance < best[best.len() - 1].0 {
            found = (found + 1).min(best.len());
            let place = best.partition_point(|b| b.0 <= distance);
            best[place..].rotate_right(1);
            best[place] = (distance, index);
        }
    }
    let best = &best[..found];
    let (nearest, index) = *best.first()?;
    let mut votes = [0usize; MOST_CLASSES];
    for &(_, index) in best {
        if let Some(vote) = votes.get_mut(usize::from(labels[index])) {
            *vote += 1;
        }
    }
    let mut order: Vec<u8> = (0..MOST_CLASSES as u8).collect();
    let place = |class: u8| best.iter().position(|&(_, index)| labels[index] == class);
    order.sort_by_key(|&class| (std::cmp::Reverse(votes[usize::from(class)]), place(class).unwrap_or(usize::MAX)));
    let second = order[1];
    Some(Neighbourhood {
        class: order[0],
        votes: votes[usize::from(order[0])],
        second: (votes[usize::from(second)] > 0).then_some(second),
        asked: found,
        nearest: nearest.sqrt(),
        spread: spread(&codes[..count]),
        index,
    })
}

/// The root mean square of the codes' distances from their mean, along one axis of two.
fn spread(codes: &[[f32; 2]]) -> f32 {
    let n = codes.len().max(1) as f64;
    let (mut sum, mut squares) = ([0.0; 2], 0.0);
    for z in codes.iter().map(|z| z.map(f64::from)) {
        sum = [sum[0] + z[0], sum[1] + z[1]];
        squares += z[0] * z[0] + z[1] * z[1];
    }
    let mean_square = sum.iter().map(|sum| (sum / n).powi(2)).sum::<f64>();
    ((squares / n - mean_square).max(0.0) / 2.0).sqrt() as f32
}

/// Names the place of `z`; `around` is its neighbourhood, if there are codes.
pub fn place(z: [f32; 2], around: Option<&Neighbourhood>) -> Place {
    match around {
        None => Place::Empty { nearest: f32::INFINITY },
        Some(&Neighbourhood { nearest, spread, .. }) if nearest > NEAR * spread => {
            let beyond = z[0].hypot(z[1]) > PRIOR_RADIUS;
            if beyond { Place::Outside { beyond: prior_beyond(z), nearest } } else { Place::Empty { nearest } }
        }
        Some(Neighbourhood { class, votes, asked, second: Some(second), .. })
            if (*votes as f32) < MAJORITY * *asked as f32 =>
        {
            Place::Border { first: *class, second: *second }
        }
        Some(n) => Place::Inside { class: n.class, votes: n.votes, asked: n.asked },
    }
}

/// The mean code of each class; nothing for a class without codes.
pub fn class_means(codes: &[[f32; 2]], labels: &[u8]) -> [Option<[f32; 2]>; MOST_CLASSES] {
    let mut sums = [[0f64; 2]; MOST_CLASSES];
    let mut counts = [0usize; MOST_CLASSES];
    for (code, &label) in codes.iter().zip(labels) {
        if let Some(sum) = sums.get_mut(usize::from(label)) {
            sum[0] += f64::from(code[0]);
            sum[1] += f64::from(code[1]);
            counts[usize::from(label)] += 1;
        }
    }
    std::array::from_fn(|class| {
        let n = counts[class] as f64;
        (counts[class] > 0).then(|| [(sums[class][0] / n) as f32, (sums[class][1] / n) as f32])
    })
}

/// Codes that are looked at in [`heart`] at most: of more, as many of them, evenly spread.
const MOST_LOOKED_AT: usize = 400;

/// The middle of where codes lie closest: of the code with the most others around it, these and it. Around is 1¼ times
/// the codes' own deviation from their mean, so that of one heap the middle is found, and of two the larger one's and not
/// the gap between them: they are two deviations apart, or more. Nothing of no codes.
pub fn heart(codes: &[[f32; 2]]) -> Option<[f32; 2]> {
    let mean_of = |codes: &[[f32; 2]]| {
        let n = codes.len() as f32;
        let sum = codes.iter().fold([0.0, 0.0], |[x, y], code| [x + code[0], y + code[1]]);
        (n > 0.0).then(|| sum.map(|sum| sum / n))
    };
    let apart = |a: &[f32; 2], b: &[f32; 2]| (a[0] - b[0]).hypot(a[1] - b[1]);
    let codes: Vec<[f32; 2]> = codes.iter().step_by(codes.len().div_ceil(MOST_LOOKED_AT).max(1)).copied().collect();
    let mean = mean_of(&codes)?;
    let square: f32 = codes.iter().map(|code| apart(code, &mean).powi(2)).sum();
    let near = 1.25 * (square / codes.len() as f32).sqrt();
    let around = |a: [f32; 2]| codes.iter().filter(move |b| apart(&a, b) <= near).copied();
    let middle = codes.iter().copied().max_by_key(|code| around(*code).count())?;
    mean_of(&around(middle).collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tight rings of thirty codes each: class 3 around (−1, 0), class 8 around (1, 0).
    fn two_classes() -> (Vec<[f32; 2]>, Vec<u8>) {
        let ring = |x: f32| {
            (0..30).map(move |i| {
                let a = i as f32 / 30.0 * std::f32::consts::TAU;
                [x + 0.1 * a.cos(), 0.1 * a.sin()]
            })
        };
        (ring(-1.0).chain(ring(1.0)).collect(), [vec![3u8; 30], vec![8u8; 30]].concat())
    }

    fn place_of(z: [f32; 2]) -> Place {
        let (codes, labels) = two_classes();
        place(z, neighbourhood(&codes, &labels, z).as_ref())
    }

    #[test]
    fn a_point_among_its_class_is_inside() {
        // Of sixty codes seven are asked.
        assert_eq!(place_of([-1.0, 0.0]), Place::Inside { class: 3, votes: 7, asked: 7 });
        assert_eq!(place_of([1.05, 0.0]), Place::Inside { class: 8, votes: 7, asked: 7 });
    }

    #[test]
    fn few_codes_are_asked_of_few_and_a_tie_goes_to_the_nearer() {
        assert_eq!([0, 1, 9, 100, 500, 600, 70_000].map(asked), [1, 1, 3, 11, 23, 25, 25]);
        // Three are asked, each of another class.
        let codes: Vec<[f32; 2]> = (0..9).map(|i| [i as f32, 0.0]).collect();
        let n = neighbourhood(&codes, &[9, 4, 2, 1, 1, 1, 1, 1, 1], [0.9, 0.0]).expect("there are codes");
        assert_eq!((n.class, n.votes, n.asked), (4, 1, 3));
    }

    #[test]
    fn between_two_mixed_classes_is_a_border() {
        let codes: Vec<[f32; 2]> = (0..40).map(|i| [i as f32 * 0.01, 0.0]).collect();
        let labels: Vec<u8> = (0..40).map(|i| if i % 2 == 0 { 4 } else { 9 }).collect();
        // Seven are asked, four of them odd ones.
        let z = [0.2, 0.0];
        assert_eq!(place(z, neighbourhood(&codes, &labels, z).as_ref()), Place::Border { first: 9, second: 4 });
    }

    #[test]
    fn far_from_codes_is_empty_and_far_from_the_prior_is_outside() {
        assert!(matches!(place_of([0.0, 0.0]), Place::Empty { nearest } if (nearest - 0.9).abs() < 0.01));
        let outside = |place| match place {
            Place::Outside { beyond, nearest } => {
                (beyond - (-9f32).exp()).abs() < 1e-6 && (3.5..3.7).contains(&nearest)
            }
            Place::Inside { .. } | Place::Border { .. } | Place::Empty { .. } => false,
        };
        assert!(outside(place_of([3.0, 3.0])));
        assert!(matches!(place([0.0, 0.0], None), Place::Empty { .. }));
        assert!(matches!(place([9.0, 0.0], None), Place::Empty { .. }), "what is not known is not said");
    }

    /// The codes of a plain autoencoder may lie anywhere: what is among them is so at every scale, turned and moved.
    #[test]
    fn what_is_near_the_codes_is_so_wherever_they_live() {
        let mut rng = crate::rng::Rng::new(4);
        let codes: Vec<[f32; 2]> = (0..800).map(|_| [rng.normal(), rng.normal()]).collect();
        let labels = vec![3; 800];
        let kind = |place| match place {
            Place::Inside { .. } => "among",
            Place::Border { .. } => "border",
            Place::Empty { .. } | Place::Outside { .. } => "away",
        };
        for _ in 0..40 {
            let (scale, turn, shift) = (10f32.powf(rng.range(-2.0, 2.0)), rng.range(0.0, 6.3), rng.range(-30.0, 30.0));
            let (sin, cos) = turn.sin_cos();
            let moved = |[x, y]: [f32; 2]| [scale * (cos * x - sin * y + shift), scale * (sin * x + cos * y)];
            let there: Vec<[f32; 2]> = codes.iter().map(|z| moved(*z)).collect();
            for z in [[0.1, 0.2], [0.7, -0.4], [3.5, 3.5], [-6.0, 0.0], [0.0, 9.0]] {
                let here = place(z, neighbourhood(&codes, &labels, z).as_ref());
                let again = place(moved(z), neighbourhood(&there, &labels, moved(z)).as_ref());
                assert_eq!(kind(here), kind(again), "{z:?} times {scale}");
            }
        }
    }

    /// Against sorting every distance.
    #[test]
    fn the_neighbours_are_the_nearest() {
        let mut rng = crate::rng::Rng::new(11);
        let codes: Vec<[f32; 2]> = (0..500).map(|_| [rng.normal(), rng.normal()]).collect();
        let labels: Vec<u8> = (0..500).map(|_| rng.below(MOST_CLASSES) as u8).collect();
        let z = [0.3, -0.2];
        let mut order: Vec<usize> = (0..500).collect();
        let distance = |i: usize| (codes[i][0] - z[0]).hypot(codes[i][1] - z[1]);
        order.sort_by(|&a, &b| distance(a).total_cmp(&distance(b)));
        let mut votes = [0; MOST_CLASSES];
        order[..asked(500)].iter().for_each(|&i| votes[usize::from(labels[i])] += 1);
        let n = neighbourhood(&codes, &labels, z).expect("there are codes");
        assert_eq!(n.index, order[0]);
        assert_eq!(n.votes, *votes.iter().max().expect("ten classes"));
        assert_eq!(votes[usize::from(n.class)], n.votes);
    }

    #[test]
    fn the_heart_of_one_heap_is_its_mean_and_of_two_the_larger_ones() {
        // A disc, evenly filled.
        let heap = |n: usize, x: f32| {
            (0..n).map(move |i| {
                let (far, angle) = (0.1 * (i as f32 / n as f32).sqrt(), 2.4 * i as f32);
                [x + far * angle.cos(), far * angle.sin()]
            })
        };
        let close = |found: Option<[f32; 2]>, x: f32| found.is_some_and(|[a, b]| (a - x).hypot(b) < 0.03);
        assert!(close(heart(&heap(60, 1.0).collect::<Vec<_>>()), 1.0));
        let two: Vec<_> = heap(500, -2.0).chain(heap(700, 2.0)).collect();
        assert!(close(heart(&two), 2.0), "{:?}", heart(&two));
        assert_eq!((heart(&[]), heart(&[[3.0, 4.0]])), (None, Some([3.0, 4.0])));
    }

    #[test]
    fn means_of_classes() {
        let (codes, labels) = two_classes();
        let means = class_means(&codes, &labels);
        let (a, b) = (means[3].expect("class 3"), means[8].expect("class 8"));
        assert!((a[0] + 1.0).abs() < 1e-5 && (b[0] - 1.0).abs() < 1e-5 && means[0].is_none());
    }
}
