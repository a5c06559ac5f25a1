//! The way downhill from a point of the latent space. Knows no network: whoever asks says how losses and slopes are found.
//!
//! Nonlinear conjugate gradients (Polak and Ribière 1969), since the narrow valleys between two classes make plain
//! descent zigzag. The lengths of a step are tried all at once, each with its own gradient, so that a step is one pass
//! through the network and one wait for the device.

use super::learner::Slopes;
use crate::protocol::Notice;

/// Lengths that a step tries, each half of the one before.
const TRIED: usize = 8;
/// The longest step, in units of z: a class's width or so.
const LONGEST: f32 = 1.0;
/// A step may be this much longer than the one before.
const GROWTH: f32 = 4.0;
/// Where none of the lengths goes down, they become this much shorter, unless they are as short as this already.
const SHRINK: f32 = 32.0;
const FINEST: f32 = 0.02;
/// A step that lowers the loss by a smaller share than this is none: sums of 32-bit floats are no finer.
const GAIN: f32 = 1e-5;

/// The way taken, from the start on.
#[derive(Clone, Debug, PartialEq)]
pub struct Trail {
    /// [points, latent]
    pub z: Vec<f32>,
    /// [points], each lower than the one before.
    pub loss: Vec<f32>,
}

/// A place on the way.
struct Place {
    z: Vec<f32>,
    loss: f32,
    gradient: Vec<f32>,
}

/// Takes at most `steps` steps from `start` [latent], and stops where no step goes down any more.
///
/// # Errors
/// Those of `slopes_at`, which gives loss and gradient at each of some points [n, latent].
pub async fn roll_down(
    start: &[f32],
    steps: u32,
    slopes_at: impl AsyncFn(&[f32]) -> Result<Slopes, Notice>,
) -> Result<Trail, Notice> {
    let first = slopes_at(start).await?;
    let Some(mut here) = lowest(start, first, start.len()).map(|(_, place)| place) else {
        return Ok(Trail { z: start.to_vec(), loss: vec![f32::NAN] });
    };
    let mut trail = Trail { z: here.z.clone(), loss: vec![here.loss] };
    let mut heading = against(&here.gradient);
    let mut longest = LONGEST;
    for _ in 0..steps {
        let norm = dot(&heading, &heading).sqrt();
        if !(norm > 0.0 && norm.is_finite()) {
            break;
        }
        let candidates = candidates(&here.z, &heading, longest / norm);
        let slopes = slopes_at(&candidates).await?;
        let next = lowest(&candidates, slopes, here.z.len());
        if let Some((tried, next)) = next.filter(|(_, next)| here.loss - next.loss > GAIN * here.loss.abs()) {
            longest = (longest * GROWTH / (1 << tried) as f32).min(LONGEST);
            heading = conjugate(&heading, &here.gradient, &next.gradient);
            trail.z.extend(&next.z);
            trail.loss.push(next.loss);
            here = next;
        } else if longest > FINEST {
            // A crease of the decoder's ReLUs can stand in a heading's way, or make the lengths all too long.
            longest /= SHRINK;
            heading = against(&here.gradient);
        } else {
            break;
        }
    }
    Ok(trail)
}

/// The points that a step tries, [tried, latent]: from `z` along `heading`, at most `longest` times it.
fn candidates(z: &[f32], heading: &[f32], longest: f32) -> Vec<f32> {
    let lengths = (0..TRIED).map(|halvings| longest / (1 << halvings) as f32);
    lengths.flat_map(|length| z.iter().zip(heading).map(move |(z, h)| z + length * h)).collect()
}

/// Which of the points [n, latent] is lowest; None when no loss is a finite number.
fn lowest(points: &[f32], slopes: Slopes, latent: usize) -> Option<(usize, Place)> {
    let losses = slopes.loss.iter().enumerate().filter(|(_, loss)| loss.is_finite());
    let (which, &loss) = losses.min_by(|a, b| a.1.total_cmp(b.1))?;
    let row = which * latent..(which + 1) * latent;
    Some((which, Place { z: points[row.clone()].to_vec(), loss, gradient: slopes.gradient[row].to_vec() }))
}

/// Where to go next: down the slope, but with as much of the last heading as the slope's change asks for (Polak and
/// Ribière 1969). Straight down the slope where that would not go down, or would turn back.
fn conjugate(heading: &[f32], before: &[f32], now: &[f32]) -> Vec<f32> {
    let change: Vec<f32> = now.iter().zip(before).map(|(n, b)| n - b).collect();
    let beta = (dot(now, &change) / dot(before, before)).max(0.0);
    let next: Vec<f32> = heading.iter().zip(now).map(|(h, g)| beta * h - g).collect();
    if dot(&next, now) < 0.0 { next } else { against(now) }
}

fn against(gradient: &[f32]) -> Vec<f32> {
    gradient.iter().map(|g| -g).collect()
}

fn dot(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A slanted valley, a hundred times steeper across than along, whose floor is 3 at (1, −2).
    fn valley(z: &[f32]) -> Slopes {
        let (mut loss, mut gradient) = (Vec::new(), Vec::new());
        for z in z.chunks_exact(2) {
            let (x, y) = (z[0] - 1.0, z[1] + 2.0);
            let (along, across) = (x + y, x - y);
            loss.push(3.0 + along * along + 100.0 * across * across);
            gradient.extend([2.0 * along + 200.0 * across, 2.0 * along - 200.0 * across]);
        }
        Slopes { loss, gradient }
    }

    fn roll(start: [f32; 2], steps: u32, land: impl Fn(&[f32]) -> Slopes) -> Trail {
        let mut way = std::pin::pin!(roll_down(&start, steps, async |z: &[f32]| Ok(land(z))));
        let mut context = std::task::Context::from_waker(std::task::Waker::noop());
        match way.as_mut().poll(&mut context) {
            std::task::Poll::Ready(trail) => trail.unwrap(),
            std::task::Poll::Pending => unreachable!("nothing here waits"),
        }
    }

    #[test]
    fn finds_the_floor_of_a_narrow_valley_and_stops_there() {
        let trail = roll([-2.0, 1.5], 64, valley);
        let end = &trail.z[trail.z.len() - 2..];
        assert!((end[0] - 1.0).abs() < 0.05 && (end[1] + 2.0).abs() < 0.05, "{trail:?}");
        assert!(trail.loss.len() < 30, "plain descent takes hundreds of steps: {}", trail.loss.len());
        assert_eq!(roll([1.0, -2.0], 64, valley), Trail { z: vec![1.0, -2.0], loss: vec![3.0] });
    }

    #[test]
    fn only_ever_goes_down_and_takes_no_more_steps_than_it_may() {
        for steps in [1, 2, 5, 64] {
            let trail = roll([4.0, 3.0], steps, valley);
            assert_eq!((&trail.z[..2], trail.z.len()), (&[4.0, 3.0][..], 2 * trail.loss.len()));
            assert!(trail.loss.len() <= steps as usize + 1);
            assert!(trail.loss.windows(2).all(|pair| pair[1] < pair[0]), "{:?}", trail.loss);
        }
    }

    #[test]
    fn keeps_off_where_the_loss_is_no_number() {
        let cliff = |z: &[f32]| {
            let mut slopes = valley(z);
            let losses = slopes.loss.iter_mut().zip(z.chunks_exact(2));
            losses.filter(|(_, z)| z[0] > 0.0).for_each(|(loss, _)| *loss = f32::NAN);
            slopes
        };
        let trail = roll([-2.0, 1.5], 64, cliff);
        assert!(trail.loss.iter().all(|loss| loss.is_finite()) && trail.loss.len() > 1, "{trail:?}");
        assert!(roll([1.0, 0.0], 64, cliff).loss[0].is_nan(), "a start of no height is said to be so");
    }
}
