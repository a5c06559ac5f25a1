//! Pixels read from a canvas, and the numbers to judge them by.

use serde_json::Value;

/// RGBA, row by row from the top left.
#[derive(Clone, Debug, PartialEq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    pub rgba: Vec<u8>,
}

impl Picture {
    /// From the bytes as a script gives them; a blank for none.
    pub fn from_json(bytes: &Value, width: usize, height: usize) -> Self {
        let bytes = bytes.as_array().map_or(&[][..], Vec::as_slice);
        let rgba: Vec<u8> = bytes.iter().filter_map(|byte| byte.as_u64()?.try_into().ok()).collect();
        if rgba.is_empty() {
            return Self { width, height, rgba: vec![0; width * height * 4] };
        }
        assert_eq!(rgba.len(), width * height * 4);
        Self { width, height, rgba }
    }

    pub fn at(&self, x: usize, y: usize) -> [u8; 4] {
        let start = (y * self.width + x) * 4;
        [0, 1, 2, 3].map(|i| self.rgba[start + i])
    }

    /// The pixel in the middle.
    pub fn heart(&self) -> [u8; 4] {
        self.at(self.width / 2, self.height / 2)
    }

    pub fn pixels(&self) -> impl Iterator<Item = [u8; 4]> {
        self.rgba.chunks_exact(4).map(|p| [p[0], p[1], p[2], p[3]])
    }

    /// How many of twelve sectors of the colour circle have at least ten well-coloured pixels.
    pub fn hues(&self) -> usize {
        let mut sectors = [0; 12];
        for [r, g, b, a] in self.pixels() {
            let (r, g, b) = (f64::from(r), f64::from(g), f64::from(b));
            let (max, min) = (r.max(g).max(b), r.min(g).min(b));
            if a < 128 || max - min < 60.0 {
                continue;
            }
            let sixth = if max == r {
                ((g - b) / (max - min)).rem_euclid(6.0)
            } else if max == g {
                (b - r) / (max - min) + 2.0
            } else {
                (r - g) / (max - min) + 4.0
            };
            sectors[(sixth * 2.0) as usize % 12] += 1;
        }
        sectors.iter().filter(|count| **count >= 10).count()
    }

    /// How much lies on paper: brightness and alpha together as one number a pixel, 0..1, whichever way ink is painted.
    pub fn grey(&self) -> Vec<f64> {
        let over_mid = |c: u8, a: f64| f64::from(c) / 255.0 * a + 0.5 * (1.0 - a);
        self.pixels()
            .map(|[r, g, b, a]| {
                let a = f64::from(a) / 255.0;
                (over_mid(r, a) + over_mid(g, a) + over_mid(b, a)) / 3.0
            })
            .collect()
    }

    /// Standard deviation of the grey values; 0 for a blank.
    pub fn contrast(&self) -> f64 {
        let grey = self.grey();
        let mean = grey.iter().sum::<f64>() / grey.len() as f64;
        (grey.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / grey.len() as f64).sqrt()
    }

    /// Mean absolute difference of the grey values, 0..1.
    pub fn distance(&self, other: &Self) -> f64 {
        assert_eq!((self.width, self.height), (other.width, other.height));
        let sum: f64 = self.grey().iter().zip(other.grey()).map(|(a, b)| (a - b).abs()).sum();
        sum / (self.width * self.height) as f64
    }

    /// Pearson's correlation of the grey values; 0 if one is blank.
    pub fn correlation(&self, other: &Self) -> f64 {
        correlation(&self.grey(), &other.grey())
    }
}

/// Pearson's, of two rows of numbers of the same length; 0 if one is constant.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    assert_eq!(a.len(), b.len());
    let mean = |x: &[f64]| x.iter().sum::<f64>() / x.len() as f64;
    let (ma, mb) = (mean(a), mean(b));
    let moment = |f: &dyn Fn(f64, f64) -> f64| a.iter().zip(b).map(|(x, y)| f(x - ma, y - mb)).sum::<f64>();
    let (ab, aa, bb) = (moment(&|x, y| x * y), moment(&|x, _| x * x), moment(&|_, y| y * y));
    if aa * bb == 0.0 { 0.0 } else { ab / (aa * bb).sqrt() }
}
