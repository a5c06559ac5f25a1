//! The aggregated posterior q(z) = 1/n Σ q(z|xᵢ) against the distribution that is sampled from (Makhzani et al. 2015,
//! arXiv:1511.05644; Hoffman and Johnson 2016): where q has no mass the decoder has not learnt, and where p has none its
//! codes are never sampled. The plane has two dimensions, so that this is quadrature and no bound.

use super::frame::{Frame, cell_centre};
use crate::latent::density::{Density, REACH};
use crate::protocol::Area;

/// Cells to a frame unit.
const FINE: f32 = 20.0;

/// Cells along an axis at most; beyond that they grow.
const MOST_CELLS: f32 = 400.0;

/// A code farther out than this, in frame units along an axis, is taken as lying there.
const FARTHEST: f32 = 20.0;

/// The share of a Gaussian within [`REACH`] σ along both axes, which is what a [`Density`] adds up.
const WITHIN: f64 = 0.999_070;

/// q covers a point if it is at least this share of p there.
const COVERED: f64 = 0.1;

/// How q(z) and the frame's p(z) lie on each other. Of a few hundred narrow posteriors q is full of gaps, whatever the
/// model: compare only what was computed from as many codes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Overlap {
    /// ∫ min(p, q): 1 where they are the same, 0 where they do not touch.
    pub shared: f32,
    /// The share of p where q is at least a tenth of p: samples that fall near codes.
    pub covered: f32,
    /// KL(q ‖ p) in nats.
    pub kl: f32,
    /// The share of q outside of the frame's area, where samples hardly ever fall; of p it is 0.0009.
    pub outside: f32,
}

impl Overlap {
    /// Of posteriors N(μ, diag σ²) given by μ and log σ², those that are finite; log σ² = −∞ is a point, which is widened
    /// by Silverman's rule (1986) to the codes' standard deviation times n^(−1/6). None where there are none.
    ///
    /// By the midpoint rule on a grid that holds p and every posterior to 3.5 σ, with cells of a twentieth of a frame unit
    /// (larger where codes lie more than 10 of them from the centre). For posteriors no narrower than a cell all numbers
    /// are good to 0.01; narrower ones are taken as half a cell wide, which hides detail finer than that and makes the KL
    /// a little smaller.
    pub fn of(frame: &Frame, mu: &[[f32; 2]], log_var: &[[f32; 2]]) -> Option<Self> {
        let codes = held(frame, &with_kernel(mu, log_var));
        if codes.is_empty() {
            return None;
        }
        let area = hull(frame, &codes);
        let [columns, rows] = [0, 1].map(|axis| {
            let width = (area.max[axis] - area.min[axis]) / frame.scale[axis];
            (width * FINE).ceil().clamp(1.0, MOST_CELLS) as u32
        });
        let q = mixture(area, columns, rows, &codes);
        let cell = size(area, columns, rows);
        let within = frame.area();
        let [mut whole, mut shared, mut covered, mut kl, mut inside] = [0.0; 5];
        for (index, q) in q.iter().enumerate() {
            let z = cell_centre(area, columns as usize, rows as usize, index);
            let (log_p, q) = (frame.log_density(z), f64::from(*q) / WITHIN);
            let p = log_p.exp();
            whole += p;
            shared += p.min(q);
            covered += if q >= COVERED * p { p } else { 0.0 };
            kl += if q > 0.0 { q * (q.ln() - log_p) } else { 0.0 };
            inside += if holds(within, z) { q } else { 0.0 };
        }
        let share = |x: f64| x.clamp(0.0, 1.0) as f32;
        Some(Self {
            shared: share(shared * cell),
            covered: share(covered / whole),
            kl: (kl * cell).max(0.0) as f32,
            outside: share(1.0 - inside * cell),
        })
    }
}

/// q(z) at the centres of a grid's cells, per unit of area, row by row from the top left; posteriors and points as in
/// [`Overlap::of`], none narrower than half a cell. Empty where there are no finite codes.
pub fn density(area: Area, columns: usize, rows: usize, mu: &[[f32; 2]], log_var: &[[f32; 2]]) -> Vec<f32> {
    let codes = with_kernel(mu, log_var);
    if codes.is_empty() { Vec::new() } else { mixture(area, columns as u32, rows as u32, &codes) }
}

/// The finite posteriors, (μ, log σ²). A point, σ = 0, has no density: along that axis it gets the width of Silverman's
/// rule (1986), which in the plane is the codes' standard deviation times n^(−1/6), a fifth of it for 10,000. That is made
/// for one Gaussian crowd; where there are several it is too wide, and q looks fuller between them than it is.
fn with_kernel(mu: &[[f32; 2]], log_var: &[[f32; 2]]) -> Vec<([f32; 2], [f32; 2])> {
    let sound = |(mu, log_var): &(&[f32; 2], &[f32; 2])| {
        mu.iter().all(|x| x.is_finite()) && log_var.iter().all(|v| v.is_finite() || *v == f32::NEG_INFINITY)
    };
    let codes: Vec<_> = mu.iter().zip(log_var).filter(sound).map(|(mu, log_var)| (*mu, *log_var)).collect();
    let n = codes.len() as f32;
    let kernel = [0, 1].map(|axis| {
        let mean = codes.iter().map(|code| code.0[axis]).sum::<f32>() / n;
        let variance = codes.iter().map(|code| (code.0[axis] - mean).powi(2)).sum::<f32>() / n;
        (variance * n.powf(-1.0 / 3.0)).ln()
    });
    let wide = |v: f32, kernel: f32| if (v / 2.0).exp() > 0.0 { v } else { kernel };
    codes.into_iter().map(|(mu, [v, w])| (mu, [wide(v, kernel[0]), wide(w, kernel[1])])).collect()
}

/// The codes, none farther out than [`FARTHEST`].
fn held(frame: &Frame, codes: &[([f32; 2], [f32; 2])]) -> Vec<([f32; 2], [f32; 2])> {
    let hold = |mu: [f32; 2]| frame.point(frame.standard(mu).map(|x| x.clamp(-FARTHEST, FARTHEST)));
    codes.iter().map(|(mu, log_var)| (hold(*mu), *log_var)).collect()
}

/// What holds the frame's area and every posterior to [`REACH`] σ, but nothing farther out than [`FARTHEST`].
fn hull(frame: &Frame, codes: &[([f32; 2], [f32; 2])]) -> Area {
    let mut area = frame.area();
    for (mu, log_var) in codes {
        for axis in [0, 1] {
            let reach = REACH * (log_var[axis] / 2.0).exp();
            let limit = FARTHEST * frame.scale[axis];
            area.min[axis] = area.min[axis].min((mu[axis] - reach).max(frame.centre[axis] - limit));
            area.max[axis] = area.max[axis].max((mu[axis] + reach).min(frame.centre[axis] + limit));
        }
    }
    area
}

fn mixture(area: Area, columns: u32, rows: u32, codes: &[([f32; 2], [f32; 2])]) -> Vec<f32> {
    let mut density = Density::new(area, columns, rows);
    codes.iter().for_each(|(mu, log_var)| density.add(*mu, *log_var));
    density.values(codes.len())
}

/// Area of a cell.
fn size(area: Area, columns: u32, rows: u32) -> f64 {
    let [width, height] = [0, 1].map(|axis| f64::from(area.max[axis]) - f64::from(area.min[axis]));
    width * height / (f64::from(columns) * f64::from(rows))
}

fn holds(area: Area, z: [f32; 2]) -> bool {
    [0, 1].iter().all(|&axis| (area.min[axis]..=area.max[axis]).contains(&z[axis]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    const POINT: [f32; 2] = [f32::NEG_INFINITY; 2];

    fn log_var(sigma: [f32; 2]) -> [f32; 2] {
        sigma.map(|s| 2.0 * s.ln())
    }

    fn one(frame: &Frame, mu: [f32; 2], sigma: [f32; 2]) -> Overlap {
        Overlap::of(frame, &[mu], &[log_var(sigma)]).expect("a code")
    }

    #[test]
    fn the_prior_on_itself() {
        let found = one(&Frame::PRIOR, [0.0; 2], [1.0; 2]);
        assert!((found.shared - 1.0).abs() < 2e-3 && found.kl < 2e-3, "{found:?}");
        assert!((found.covered - 1.0).abs() < 1e-3 && found.outside < 2e-3, "{found:?}");
    }

    /// KL(N(m, s²) ‖ N(0, 1)) = ½(m² + s² − ln s² − 1) along each axis; an eighth of a nat in twenty is left of what lies
    /// beyond 3.5 σ.
    #[test]
    fn kl_against_the_closed_form() {
        let cases = [([1.0, -0.5], [0.5, 0.8]), ([0.0, 0.0], [0.06, 0.06]), ([3.0, 4.0], [0.3, 1.5])];
        for (mu, sigma) in cases {
            let kl = |axis: usize| {
                let (m, v) = (mu[axis], sigma[axis] * sigma[axis]);
                0.5 * (m * m + v - f32::ln(v) - 1.0)
            };
            let (expected, found) = (kl(0) + kl(1), one(&Frame::PRIOR, mu, sigma).kl);
            assert!((found - expected).abs() < 0.01 + 0.006 * expected, "{mu:?} {sigma:?}: {found} {expected}");
        }
    }

    /// The same in a frame that is moved and stretched: nothing but the areas' names changes.
    #[test]
    fn a_frame_s_units_are_its_own() {
        let frame = Frame::diagonal([30.0, -4.0], [12.0, 0.2]);
        let (here, there) = (
            one(&Frame::PRIOR, [1.0, -0.5], [0.5, 0.8]),
            one(&frame, frame.point([1.0, -0.5]), [0.5 * frame.scale[0], 0.8 * frame.scale[1]]),
        );
        assert!((here.kl - there.kl).abs() < 2e-3 && (here.shared - there.shared).abs() < 2e-3, "{here:?} {there:?}");
        assert!((here.covered - there.covered).abs() < 0.01, "{here:?} {there:?}");
    }

    /// Two equal Gaussians d apart share 2Φ(−d/2): 0.3173 for d = 2.
    #[test]
    fn what_two_gaussians_share() {
        let found = one(&Frame::PRIOR, [2.0, 0.0], [1.0; 2]);
        assert!((found.shared - 0.3173).abs() < 3e-3, "{found:?}");
        // q/p = e^(2z₁ − 2) is a tenth at z₁ = 1 − ln(10)/2 = −0.1513, above which lies Φ(0.1513) = 0.5601.
        assert!((found.covered - 0.5601).abs() < 0.02, "{found:?}");
        // Beyond z₁ = 3.5 lies Φ(−1.5) = 0.0668 of q.
        assert!((found.outside - 0.0668).abs() < 5e-3, "{found:?}");
    }

    #[test]
    fn far_away_nothing_is_shared() {
        let found = one(&Frame::PRIOR, [12.0, 0.0], [0.5; 2]);
        assert!(found.shared < 1e-9 && found.covered < 1e-9 && found.outside == 1.0, "{found:?}");
        let expected = 0.5 * (144.0 + 2.0 * (0.25 - 0.25f32.ln() - 1.0));
        assert!((found.kl / expected - 1.0).abs() < 0.01, "{found:?} {expected}");
        // As far as can be told.
        let farther = one(&Frame::PRIOR, [1e9, -1e9], [1e9; 2]);
        assert!(farther.kl.is_finite() && farther.outside > 0.9, "{farther:?}");
    }

    /// A mixture that is the prior: μ of variance 1 − σ² in each axis.
    #[test]
    fn posteriors_that_add_up_to_the_prior() {
        let mut rng = Rng::new(3);
        let spread = (1.0f32 - 0.16).sqrt();
        let mu: Vec<[f32; 2]> = (0..4000).map(|_| [rng.normal() * spread, rng.normal() * spread]).collect();
        let found = Overlap::of(&Frame::PRIOR, &mu, &vec![log_var([0.4; 2]); 4000]).expect("codes");
        assert!(found.shared > 0.96 && found.covered > 0.98 && found.kl < 0.02, "{found:?}");
    }

    /// 10,000 normal points and their kernel. Its width makes q N(0, 1 + n^(−1/3)), which costs 0.001 nats; the rest is
    /// which points were drawn.
    #[test]
    fn points_get_the_kernel_s_width() {
        let mut rng = Rng::new(9);
        let mu: Vec<[f32; 2]> = (0..10_000).map(|_| [rng.normal(), rng.normal()]).collect();
        let found = Overlap::of(&Frame::PRIOR, &mu, &vec![POINT; 10_000]).expect("codes");
        assert!(found.shared > 0.95 && found.kl < 0.01, "{found:?}");
        let kernel = with_kernel(&mu, &vec![POINT; 10_000])[0].1;
        assert!(kernel.iter().all(|v| ((v / 2.0).exp() - 0.2154).abs() < 0.005), "{kernel:?}");
        // As wide posteriors are left alone.
        assert_eq!(with_kernel(&[[1.0, 2.0]], &[[-1.0, -2.0]]), [([1.0, 2.0], [-1.0, -2.0])]);
    }

    #[test]
    fn what_is_not_finite_is_left_out() {
        let nan = [f32::NAN; 2];
        assert_eq!(Overlap::of(&Frame::PRIOR, &[], &[]), None);
        assert_eq!(Overlap::of(&Frame::PRIOR, &[nan], &[[0.0; 2]]), None);
        let found = Overlap::of(&Frame::PRIOR, &[nan, [0.0; 2]], &[[0.0; 2]; 2]).expect("one code");
        assert_eq!(found, one(&Frame::PRIOR, [0.0; 2], [1.0; 2]));
        // One point has no spread to take a kernel from: half a cell then.
        let point = Overlap::of(&Frame::PRIOR, &[[0.0; 2]], &[POINT]).expect("one code");
        assert!(point.kl.is_finite() && point.kl > 3.0, "{point:?}");
        let area = Frame::PRIOR.area();
        assert!(density(area, 4, 4, &[nan], &[POINT]).is_empty());
        assert_eq!(density(area, 4, 3, &[[0.0; 2]], &[[0.0; 2]]).len(), 12);
    }
}
