//! Colours. One for each symbol, everywhere the same, and twelve for the classes.

use plotters::style::{RGBAColor, RGBColor};

use crate::spec::MOST_CLASSES;
use crate::state::scene::Theme;

/// Colours that differ in lightness as well as in hue, so that they stay apart for colour-blind eyes; on a dark
/// ground. A glyph always stands beside them.
pub const CLASS: [[u8; 3]; MOST_CLASSES] = [
    [127, 140, 255],
    [127, 212, 245],
    [67, 209, 169],
    [47, 158, 68],
    [185, 180, 55],
    [255, 224, 138],
    [255, 141, 150],
    [201, 79, 134],
    [211, 139, 255],
    [255, 157, 46],
    [240, 62, 50],
    [232, 236, 242],
];

/// Whether dark letters read better on this class's colour.
pub fn dark_letters(class: u8) -> bool {
    !matches!(class, 3 | 7)
}

/// A class's colour for CSS.
pub fn css(class: u8) -> String {
    let [r, g, b] = CLASS[usize::from(class) % MOST_CLASSES];
    format!("rgb({r} {g} {b})")
}

/// μ, on the plane.
pub const MU: RGBColor = RGBColor(240, 160, 75);
/// σ, on the plane.
pub const SIGMA: RGBColor = RGBColor(63, 199, 164);
/// z, on the plane.
pub const Z: RGBColor = RGBColor(164, 147, 255);

/// The inks of a chart on the page's ground.
#[derive(Clone, Copy, Debug)]
pub struct Ink {
    pub words: RGBColor,
    pub grid: RGBColor,
    pub z: RGBColor,
    /// x̂
    pub reconstruction: RGBColor,
    /// β
    pub kl: RGBColor,
    pub total: RGBColor,
}

impl Ink {
    pub fn on(theme: Theme) -> Self {
        match theme {
            Theme::Light => Self {
                words: RGBColor(91, 99, 112),
                grid: RGBColor(228, 226, 220),
                z: RGBColor(91, 63, 214),
                reconstruction: RGBColor(31, 111, 178),
                kl: RGBColor(160, 51, 143),
                total: RGBColor(91, 99, 112),
            },
            Theme::Dark => Self {
                words: RGBColor(163, 172, 185),
                grid: RGBColor(39, 45, 55),
                z: RGBColor(164, 147, 255),
                reconstruction: RGBColor(105, 179, 239),
                kl: RGBColor(217, 127, 201),
                total: RGBColor(163, 172, 185),
            },
        }
    }
}

pub(super) fn solid(RGBColor(r, g, b): RGBColor, alpha: f64) -> RGBAColor {
    RGBAColor(r, g, b, alpha)
}
