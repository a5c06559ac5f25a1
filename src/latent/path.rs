//! Ways from one point of the plane to another: the straight line, and the great circle's counterpart in a plane.

/// The shape of a way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course {
    /// The shortest way in z. Between two samples of a prior of many dimensions it passes nearer to the origin than either;
    /// of two dimensions it does so for most pairs only, see [`nearest_to_origin`].
    Straight,
    /// [`slerp`]: as far from the origin as its ends are, where the prior has its mass.
    GreatCircle,
    /// The geodesic of the decoder's pull-back metric: along it the picture changes least in all. It needs the plane
    /// surveyed, see [`Way`] and [`crate::latent::regularity`]; until then it is straight. It may well lead through empty
    /// land, where a decoder changes little because it has learnt nothing.
    Shortest,
    /// The same in a metric that grows away from the codes, see [`crate::latent::regularity::to_codes`]: it keeps to where
    /// codes are and goes around the holes between them.
    NearCodes,
    /// The way whose steepest place is the least steep: nowhere does the picture change more quickly than it must. Needs a
    /// survey, too.
    Gradual,
}

impl Course {
    pub const ALL: [Self; 5] = [Self::Straight, Self::GreatCircle, Self::Shortest, Self::NearCodes, Self::Gradual];

    /// Whether it can be told only where the plane is surveyed.
    pub fn is_measured(self) -> bool {
        matches!(self, Self::Shortest | Self::NearCodes | Self::Gradual)
    }
}

/// A way from one place to another that can be gone.
#[derive(Clone, Debug, PartialEq)]
pub enum Way {
    Course(Course, [[f32; 2]; 2]),
    /// Through points at equal steps of t; at least one.
    Through(Vec<[f32; 2]>),
}

impl Way {
    /// The point at `t`, 0..=1.
    pub fn point(&self, t: f32) -> [f32; 2] {
        match self {
            Self::Course(course, [a, b]) => point(*course, *a, *b, t),
            Self::Through(points) => {
                let at = t.clamp(0.0, 1.0) * points.len().saturating_sub(1) as f32;
                let first = (at as usize).min(points.len().saturating_sub(1));
                let next = (first + 1).min(points.len().saturating_sub(1));
                match (points.get(first), points.get(next)) {
                    (Some(a), Some(b)) => lerp(*a, *b, at - first as f32),
                    _ => [0.0, 0.0],
                }
            }
        }
    }

    /// `n` points at equal steps of t, both ends included; the first alone for one.
    pub fn points(&self, n: usize) -> Vec<[f32; 2]> {
        let last = n.saturating_sub(1).max(1) as f32;
        (0..n).map(|i| self.point(i as f32 / last)).collect()
    }

    /// As [`nearest`].
    pub fn nearest(&self, z: [f32; 2], n: usize) -> (f32, f32) {
        match self {
            Self::Course(course, [a, b]) => nearest(*course, *a, *b, z, n),
            Self::Through(points) => {
                let parts = points.len().saturating_sub(1).max(1) as f32;
                let of = |(i, w): (usize, &[[f32; 2]])| {
                    let (t, off) = along(w[0], w[1], z);
                    ((i as f32 + t) / parts, off)
                };
                let best = points.windows(2).enumerate().map(of).min_by(|a, b| a.1.total_cmp(&b.1));
                best.unwrap_or((0.0, points.first().map_or(f32::INFINITY, |only| distance(*only, z))))
            }
        }
    }
}

/// Turns that miss half a circle by less than this, in radians, count as half a circle: which way round is shorter would
/// be a matter of rounding.
const HALF_CIRCLE: f64 = 1e-5;

/// An end nearer to the origin than this, in units of z, has no direction.
const NO_DIRECTION: f64 = 1e-6;

/// Where on the segment from `a` (0) to `b` (1) the point nearest to `z` lies, and its distance in units of z.
pub fn along(a: [f32; 2], b: [f32; 2], z: [f32; 2]) -> (f32, f32) {
    let d = [b[0] - a[0], b[1] - a[1]];
    let length = d[0] * d[0] + d[1] * d[1];
    let t = if length > 0.0 { ((z[0] - a[0]) * d[0] + (z[1] - a[1]) * d[1]) / length } else { 0.0 };
    let t = t.clamp(0.0, 1.0);
    (t, distance(lerp(a, b, t), z))
}

/// How near the straight line between two points comes to the origin, in units of z, where that is nearer than both; None
/// where it is nearest at an end.
pub fn nearest_to_origin(a: [f32; 2], b: [f32; 2]) -> Option<f32> {
    let (t, nearest) = along(a, b, [0.0; 2]);
    (t > 0.0 && t < 1.0).then_some(nearest)
}

/// The point at `t` on the straight line from `a` (0) to `b` (1).
pub fn lerp(a: [f32; 2], b: [f32; 2], t: f32) -> [f32; 2] {
    [a[0] + (b[0] - a[0]) * t, a[1] + (b[1] - a[1]) * t]
}

/// Spherical linear interpolation (Shoemake 1985; for latent spaces White 2016, arXiv:1609.04468) of points of any
/// length: the direction turns from that of `a` (`t` = 0) to that of `b` (1) at a constant speed through the smaller
/// angle, and the length goes linearly from |a| to |b|. Opposite ends are joined counter-clockwise. An end at the origin
/// has no direction, so that the way is straight. `t` is held to 0..=1.
pub fn slerp(a: [f32; 2], b: [f32; 2], t: f32) -> [f32; 2] {
    if t <= 0.0 {
        return a;
    }
    if t >= 1.0 {
        return b;
    }
    let (from, to) = (a.map(f64::from), b.map(f64::from));
    let (near, far) = (from[0].hypot(from[1]), to[0].hypot(to[1]));
    if near < NO_DIRECTION || far < NO_DIRECTION {
        return lerp(a, b, t);
    }
    let t = f64::from(t);
    let (sin, cos) = (turn(from, to) * t).sin_cos();
    let stretch = (near + (far - near) * t) / near;
    [(from[0] * cos - from[1] * sin) * stretch, (from[0] * sin + from[1] * cos) * stretch].map(|x| x as f32)
}

/// The angle in radians by which the direction of `a` turns to that of `b`, counter-clockwise positive, at most half a
/// circle.
fn turn(a: [f64; 2], b: [f64; 2]) -> f64 {
    let angle = (a[0] * b[1] - a[1] * b[0]).atan2(a[0] * b[0] + a[1] * b[1]);
    if angle < HALF_CIRCLE - std::f64::consts::PI { angle + std::f64::consts::TAU } else { angle }
}

/// The point at `t` on the way from `a` (0) to `b` (1).
pub fn point(course: Course, a: [f32; 2], b: [f32; 2], t: f32) -> [f32; 2] {
    match course {
        Course::Straight | Course::Shortest | Course::NearCodes | Course::Gradual => lerp(a, b, t),
        Course::GreatCircle => slerp(a, b, t),
    }
}

/// `n` points at equal steps of t from `a` to `b`, both included; `a` alone for one.
pub fn points(course: Course, a: [f32; 2], b: [f32; 2], n: usize) -> Vec<[f32; 2]> {
    let last = n.saturating_sub(1).max(1) as f32;
    (0..n).map(|i| point(course, a, b, i as f32 / last)).collect()
}

/// Where on the way the point nearest to `z` lies, 0..=1, and its distance in units of z. The great circle is searched:
/// first at `n` steps, then between the neighbours of the best of them.
pub fn nearest(course: Course, a: [f32; 2], b: [f32; 2], z: [f32; 2], n: usize) -> (f32, f32) {
    match course {
        Course::Straight | Course::Shortest | Course::NearCodes | Course::Gradual => along(a, b, z),
        Course::GreatCircle => search(|t| distance(slerp(a, b, t), z), n.max(1)),
    }
}

/// The argument in 0..=1 at which `f` is least, and its value there. `f` has to have one valley between a step and the
/// next but one.
fn search(f: impl Fn(f32) -> f32, n: usize) -> (f32, f32) {
    let step = 1.0 / n as f32;
    let mut best = (0.0, f(0.0));
    let mut keep = |t: f32| {
        let value = f(t);
        if value < best.1 {
            best = (t, value);
        }
        best.0
    };
    let coarse = (1..=n).fold(0.0, |_, i| keep(i as f32 * step));
    // Each round halves the part of the valley that is left.
    let mut reach = step / 2.0;
    let mut middle = coarse;
    while reach > 1e-6 {
        keep((middle - reach).max(0.0));
        middle = keep((middle + reach).min(1.0));
        reach /= 2.0;
    }
    best
}

/// Length of the way through `points`, in units of z.
pub fn length(points: &[[f32; 2]]) -> f32 {
    steps(points).iter().sum()
}

/// From each of `points` to the next, in units of z.
pub fn steps(points: &[[f32; 2]]) -> Vec<f32> {
    points.windows(2).map(|w| distance(w[0], w[1])).collect()
}

/// From each picture to the next: the Euclidean distance over all pixels, which go from 0 (no ink) to 1. `pictures` holds
/// `size` bytes a picture, 255 is ink; what is left over at the end counts for nothing.
pub fn pixel_steps(pictures: &[u8], size: usize) -> Vec<f32> {
    let size = size.max(1);
    let all: Vec<&[u8]> = pictures.chunks_exact(size).collect();
    let square = |(a, b): (&u8, &u8)| f64::from(a.abs_diff(*b)).powi(2);
    let apart = |a: &[u8], b: &[u8]| (a.iter().zip(b).map(square).sum::<f64>().sqrt() / 255.0) as f32;
    all.windows(2).map(|w| apart(w[0], w[1])).collect()
}

/// The mean of some steps; 0 for none.
pub fn mean(steps: &[f32]) -> f32 {
    steps.iter().sum::<f32>() / steps.len().max(1) as f32
}

/// Which of some steps is the largest, the first of equals, and how many times the mean it is. Nothing where nothing moves.
pub fn largest(steps: &[f32]) -> Option<(usize, f32)> {
    let mean = mean(steps);
    let first = steps.iter().copied().enumerate().reduce(|best, step| if step.1 > best.1 { step } else { best });
    first.filter(|_| mean > 0.0 && mean.is_finite()).map(|(index, step)| (index, step / mean))
}

/// Onward by `by` on a way that is gone there and back: from `t` towards `heading` (1 or −1), turning at 0 and at 1.
/// `by` is at most 1, the whole way.
pub fn there_and_back(t: f32, heading: f32, by: f32) -> (f32, f32) {
    let next = t + heading * by.clamp(0.0, 1.0);
    if next > 1.0 {
        (2.0 - next, -1.0)
    } else if next < 0.0 {
        (-next, 1.0)
    } else {
        (next, heading)
    }
}

pub fn distance(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_way_through_points_is_gone_at_equal_steps_of_t() {
        let way = Way::Through(vec![[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]]);
        assert_eq!(way.points(5), [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [1.0, 1.0], [1.0, 2.0]]);
        assert_eq!((way.point(-3.0), way.point(9.0)), ([0.0, 0.0], [1.0, 2.0]));
        let (t, off) = way.nearest([1.5, 1.0], 64);
        assert!((t - 0.75).abs() < 1e-6 && (off - 0.5).abs() < 1e-6, "{t} {off}");
        let alone = Way::Through(vec![[2.0, 1.0]]);
        assert_eq!((alone.points(2), alone.nearest([2.0, 0.0], 4)), (vec![[2.0, 1.0]; 2], (0.0, 1.0)));
    }
    use crate::rng::Rng;
    use std::f32::consts::{FRAC_1_SQRT_2, PI};

    fn close(a: [f32; 2], b: [f32; 2]) -> bool {
        distance(a, b) < 1e-5
    }

    fn pairs() -> Vec<([f32; 2], [f32; 2])> {
        let mut rng = Rng::new(5);
        let mut point = move || [rng.range(-3.0, 3.0), rng.range(-3.0, 3.0)];
        (0..200).map(|_| (point(), point())).collect()
    }

    #[test]
    fn along_a_segment() {
        let (a, b) = ([-1.0, 0.0], [1.0, 0.0]);
        assert_eq!(along(a, b, [0.5, 0.25]), (0.75, 0.25));
        assert_eq!(along(a, b, [9.0, 0.0]), (1.0, 8.0));
        assert_eq!(along(a, a, [-1.0, 2.0]), (0.0, 2.0));
    }

    /// Of pairs of samples of N(0, I) in the plane the line dips towards the origin for 71 in 100, and not for all.
    #[test]
    fn the_straight_line_is_nearer_to_the_origin_than_its_ends_for_most_pairs() {
        assert_eq!(nearest_to_origin([-1.0, 2.0], [3.0, 2.0]), Some(2.0));
        assert_eq!(nearest_to_origin([1.0, 2.0], [3.0, 2.0]), None);
        assert_eq!(nearest_to_origin([1.0, 1.0], [1.0, 1.0]), None);
        let mut rng = Rng::new(6);
        let mut sample = || [rng.normal(), rng.normal()];
        let dips = (0..40_000).filter(|_| nearest_to_origin(sample(), sample()).is_some()).count();
        // Four standard errors.
        assert!((dips as f32 / 40_000.0 - 0.71).abs() < 0.01, "{dips}");
        for _ in 0..200 {
            let (a, b) = (sample(), sample());
            let least = points(Course::Straight, a, b, 2001).into_iter().map(|z| z[0].hypot(z[1])).reduce(f32::min);
            let ends = a[0].hypot(a[1]).min(b[0].hypot(b[1]));
            let found = nearest_to_origin(a, b).unwrap_or(ends);
            assert!(found <= ends && (found - least.unwrap_or(ends)).abs() < 2e-3, "{a:?} {b:?}");
        }
    }

    #[test]
    fn slerp_by_hand() {
        assert!(close(slerp([1.0, 0.0], [0.0, 1.0], 0.5), [FRAC_1_SQRT_2, FRAC_1_SQRT_2]));
        // A third of a right angle, and a third of the way from length 1 to length 4.
        assert!(close(slerp([1.0, 0.0], [0.0, 4.0], 1.0 / 3.0), [2.0 * (PI / 6.0).cos(), 2.0 * (PI / 6.0).sin()]));
        // The smaller angle, clockwise here.
        assert!(close(slerp([0.0, 2.0], [2.0, 0.0], 0.5), [2f32.sqrt(), 2f32.sqrt()]));
        assert!(close(slerp([1.0, 1.0], [3.0, 3.0], 0.5), [2.0, 2.0]));
    }

    #[test]
    fn an_end_at_the_origin_makes_it_straight() {
        assert_eq!(slerp([0.0, 0.0], [2.0, -4.0], 0.25), [0.5, -1.0]);
        assert_eq!(slerp([2.0, -4.0], [0.0, 0.0], 0.25), [1.5, -3.0]);
        assert_eq!(slerp([0.0, 0.0], [0.0, 0.0], 0.25), [0.0, 0.0]);
    }

    #[test]
    fn equal_ends_stay() {
        for (a, _) in pairs() {
            assert!((0..=10).all(|i| close(slerp(a, a, i as f32 / 10.0), a)));
        }
    }

    #[test]
    fn opposite_ends_go_round_counter_clockwise() {
        assert!(close(slerp([2.0, 0.0], [-2.0, 0.0], 0.5), [0.0, 2.0]));
        assert!(close(slerp([-2.0, 0.0], [2.0, 0.0], 0.5), [0.0, -2.0]));
        for (a, _) in pairs() {
            // Nearly opposite, a hair to either side.
            for hair in [-1e-6, 0.0, 1e-6] {
                let b = [-a[0] - hair * a[1], -a[1] + hair * a[0]];
                let way = points(Course::GreatCircle, a, b, 33);
                assert!(way.iter().all(|p| (p[0].hypot(p[1]) / a[0].hypot(a[1]) - 1.0).abs() < 1e-4));
                let middle = way[16];
                assert!(a[0] * middle[1] - a[1] * middle[0] > 0.0, "{a:?} {middle:?}");
            }
        }
    }

    #[test]
    fn both_courses_keep_their_ends_and_read_the_same_backwards() {
        for (a, b) in pairs() {
            for course in [Course::Straight, Course::GreatCircle] {
                let way = points(course, a, b, 9);
                assert!(way[0] == a && close(way[8], b), "{course:?}");
                let back = points(course, b, a, 9);
                assert!(way.iter().zip(back.iter().rev()).all(|(&p, &q)| close(p, q)), "{course:?} {a:?} {b:?}");
            }
            assert_eq!((slerp(a, b, 0.0), slerp(a, b, 1.0)), (a, b));
        }
        assert_eq!(points(Course::GreatCircle, [1.0, 2.0], [3.0, 4.0], 1), [[1.0, 2.0]]);
    }

    #[test]
    fn the_direction_turns_at_a_constant_speed_and_the_length_grows_evenly() {
        for (a, b) in pairs() {
            let way = points(Course::GreatCircle, a, b, 17);
            let turns: Vec<f64> = way.windows(2).map(|w| turn(w[0].map(f64::from), w[1].map(f64::from))).collect();
            assert!(turns.iter().all(|t| (t - turns[0]).abs() < 1e-4), "{a:?} {b:?} {turns:?}");
            let radii: Vec<f32> = way.iter().map(|p| p[0].hypot(p[1])).collect();
            assert!(radii.windows(2).all(|w| (w[1] - w[0] - (radii[1] - radii[0])).abs() < 1e-5), "{radii:?}");
        }
    }

    #[test]
    fn finite_and_monotone_in_length() {
        for (a, b) in pairs().into_iter().chain([([1e-9, 0.0], [0.0, 3.0]), ([1e-30, 1e-30], [-1e-30, 0.0])]) {
            let way = points(Course::GreatCircle, a, b, 50);
            assert!(way.iter().flatten().all(|x| x.is_finite()));
            let lengths: Vec<f32> = (1..=50).map(|n| length(&way[..n])).collect();
            assert!(lengths.windows(2).all(|w| w[0] <= w[1]) && lengths[0] == 0.0);
            assert!(lengths[49] >= distance(a, b) - 1e-4, "no way is shorter than the straight one");
        }
        assert_eq!(length(&[]), 0.0);
        assert_eq!(length(&[[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]]), 6.0);
    }

    #[test]
    fn steps_by_hand() {
        assert_eq!(steps(&[[0.0, 0.0], [3.0, 4.0], [3.0, 5.0]]), [5.0, 1.0]);
        assert!(steps(&[[1.0, 1.0]]).is_empty() && steps(&[]).is_empty());
        let straight = steps(&points(Course::Straight, [-1.0, 0.5], [2.0, 1.5], 9));
        assert!(straight.iter().all(|step| (step - straight[0]).abs() < 1e-5), "{straight:?}");
    }

    /// Pictures of four pixels.
    #[test]
    fn pixel_steps_by_hand() {
        let pictures = [[0, 0, 0, 0], [255, 0, 0, 0], [0, 255, 0, 0], [0, 255, 0, 0], [255, 0, 255, 255]].concat();
        let found = pixel_steps(&pictures, 4);
        let expected = [1.0, 2f32.sqrt(), 0.0, 2.0];
        assert!(found.len() == 4 && found.iter().zip(expected).all(|(f, e)| (f - e).abs() < 1e-6), "{found:?}");
        // Half of the ink in one pixel of the first, and a picture that is cut short.
        assert_eq!(pixel_steps(&[51, 0, 0, 0, 0, 0, 0, 0, 9, 9], 4), [0.2]);
        assert!(pixel_steps(&[1, 2, 3], 4).is_empty() && pixel_steps(&[], 0).is_empty());
    }

    #[test]
    fn the_largest_step_against_the_mean() {
        assert_eq!((mean(&[1.0, 4.0, 1.0]), largest(&[1.0, 4.0, 1.0])), (2.0, Some((1, 2.0))));
        assert_eq!(largest(&[3.0, 3.0]), Some((0, 1.0)));
        assert_eq!((mean(&[]), largest(&[]), largest(&[0.0, 0.0])), (0.0, None, None));
        assert_eq!(largest(&[f32::NAN, 1.0]), None);
    }

    #[test]
    fn a_way_there_and_back() {
        assert_eq!(there_and_back(0.25, 1.0, 0.5), (0.75, 1.0));
        assert_eq!(there_and_back(0.75, 1.0, 0.5), (0.75, -1.0));
        assert_eq!(there_and_back(0.25, -1.0, 0.5), (0.25, 1.0));
        assert_eq!(there_and_back(1.0, 1.0, 0.25), (0.75, -1.0));
        let mut at = (0.0, 1.0);
        for i in 0..2000 {
            at = there_and_back(at.0, at.1, 0.001 * i as f32);
            assert!((0.0..=1.0).contains(&at.0), "{i} {at:?}");
        }
    }

    /// Half of a circle of radius 2: the nearest point of a circle lies in the direction of the point.
    #[test]
    fn the_nearest_of_a_great_circle() {
        let (a, b) = ([2.0, 0.0], [-2.0, 0.0]);
        for i in 0..=20 {
            let angle = PI * i as f32 / 20.0;
            let (t, off) = nearest(Course::GreatCircle, a, b, [3.0 * angle.cos(), 3.0 * angle.sin()], 16);
            assert!((t - i as f32 / 20.0).abs() < 1e-3 && (off - 1.0).abs() < 1e-5, "{i}: {t} {off}");
        }
        assert_eq!(nearest(Course::GreatCircle, a, b, [1.0, -5.0], 16).0, 0.0);
        assert_eq!(nearest(Course::Straight, a, b, [1.0, -5.0], 16), (0.25, 5.0));
    }

    /// Against a search in ten thousand steps.
    #[test]
    fn no_point_of_the_way_is_nearer() {
        for (i, (a, b)) in pairs().into_iter().enumerate() {
            let z = [(i as f32).sin() * 3.0, (i as f32 * 1.7).cos() * 3.0];
            let (t, off) = nearest(Course::GreatCircle, a, b, z, 64);
            let least = points(Course::GreatCircle, a, b, 10_001).into_iter().map(|p| distance(p, z));
            let least = least.fold(f32::INFINITY, f32::min);
            assert!(off <= least + 1e-5, "{off} {least}");
            assert!((distance(slerp(a, b, t), z) - off).abs() < 1e-6);
        }
    }
}
