//! The window onto the plane: which part of it is seen, and at what scale. Both axes have the same.
//!
//! The window is kept in 64 bits, so that a deep zoom does not tremble; a point of the plane has 32, as the decoder has.

use crate::protocol::Area;

/// Half of the shorter side shows at least this much, in units of z: the prior's 3σ circle, with a margin.
pub const HALF_SPAN: f32 = 3.15;

/// The plane ends here, in units of z: far beyond any prior or code, and near enough for 32 bits to be exact.
pub const FARTHEST: f32 = 99.0;

/// A rectangle of pixels over the plane.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct View {
    pub width: f32,
    pub height: f32,
    /// What the middle of the window shows, in units of z.
    pub centre: [f64; 2],
    /// Times the scale at which the whole prior is seen.
    pub zoom: f64,
}

impl View {
    /// Deeper, the pictures side by side would be of points that 32 bits can hardly tell apart.
    pub const MAX_ZOOM: f64 = 4096.0;
    pub const MIN_ZOOM: f64 = 0.04;

    pub fn new(width: f32, height: f32) -> Self {
        Self { width: width.max(1.0), height: height.max(1.0), centre: [0.0, 0.0], zoom: 1.0 }
    }

    /// Pixels a unit of z.
    pub fn scale(&self) -> f32 {
        self.exact_scale() as f32
    }

    fn exact_scale(&self) -> f64 {
        f64::from(self.width.min(self.height)) / (2.0 * f64::from(HALF_SPAN)) * self.zoom
    }

    pub fn to_pixel(&self, z: [f32; 2]) -> [f32; 2] {
        let s = self.exact_scale();
        let [x, y] = [(f64::from(z[0]) - self.centre[0]) * s, (f64::from(z[1]) - self.centre[1]) * s];
        [(f64::from(self.width) / 2.0 + x) as f32, (f64::from(self.height) / 2.0 - y) as f32]
    }

    pub fn to_z(&self, pixel: [f32; 2]) -> [f32; 2] {
        self.exact_z(pixel).map(|z| z as f32)
    }

    fn exact_z(&self, pixel: [f32; 2]) -> [f64; 2] {
        let s = self.exact_scale();
        let [x, y] = [f64::from(pixel[0] - self.width / 2.0), f64::from(pixel[1] - self.height / 2.0)];
        [self.centre[0] + x / s, self.centre[1] - y / s]
    }

    /// What is seen.
    pub fn area(&self) -> Area {
        let low = self.to_z([0.0, self.height]);
        let high = self.to_z([self.width, 0.0]);
        Area { min: low, max: high }
    }

    /// Whether a point lies in the window.
    pub fn sees(&self, z: [f32; 2]) -> bool {
        let Area { min, max } = self.area();
        (0..2).all(|axis| (min[axis]..=max[axis]).contains(&z[axis]))
    }

    /// Zooms by `factor` so that what is under `pixel` stays there.
    pub fn zoomed(mut self, factor: f64, pixel: [f32; 2]) -> Self {
        let held = self.exact_z(pixel);
        self.zoom = (self.zoom * factor).clamp(Self::MIN_ZOOM, Self::MAX_ZOOM);
        let slipped = self.exact_z(pixel);
        self.centre = clamp([self.centre[0] + held[0] - slipped[0], self.centre[1] + held[1] - slipped[1]]);
        self
    }

    /// Moves what is seen with a hand that moved by `delta` pixels.
    pub fn dragged(mut self, delta: [f32; 2]) -> Self {
        let s = self.exact_scale();
        self.centre = clamp([self.centre[0] - f64::from(delta[0]) / s, self.centre[1] + f64::from(delta[1]) / s]);
        self
    }

    /// The window that shows `points` with a margin; nothing without a finite one.
    pub fn fitting(mut self, points: impl IntoIterator<Item = [f32; 2]>) -> Option<Self> {
        let mut bounds = None::<Area>;
        for z in points.into_iter().filter(|z| z.iter().all(|x| x.is_finite())) {
            let Area { min, max } = bounds.unwrap_or(Area { min: z, max: z });
            bounds =
                Some(Area { min: [min[0].min(z[0]), min[1].min(z[1])], max: [max[0].max(z[0]), max[1].max(z[1])] });
        }
        let Area { min, max } = bounds?;
        let span = |axis: usize| f64::from(max[axis] - min[axis]).max(1e-3) * 1.12;
        let unit = self.exact_scale() / self.zoom;
        self.centre = clamp([0, 1].map(|axis| f64::from(min[axis] + max[axis]) / 2.0));
        let zoom = (f64::from(self.width) / span(0)).min(f64::from(self.height) / span(1)) / unit;
        self.zoom = zoom.clamp(Self::MIN_ZOOM, Self::MAX_ZOOM);
        Some(self)
    }

    /// The same to a tenth of a pixel, so that an address stays short.
    pub fn rounded(mut self) -> Self {
        let unit = 10f64.powf((self.exact_scale() * 10.0).log10().ceil());
        self.centre = self.centre.map(|x| (x * unit).round() / unit);
        self.zoom = (self.zoom * 1000.0).round() / 1000.0;
        self
    }
}

fn clamp(centre: [f64; 2]) -> [f64; 2] {
    let most = f64::from(FARTHEST);
    centre.map(|x| x.clamp(-most, most))
}

/// The cells with which to fill a view: square, about `cell` pixels wide, at most `most` of them, on a lattice fixed to
/// the origin so that they do not swim when the view moves. Gives the area they cover and columns and rows.
pub fn cells(view: &View, cell: f32, most: usize) -> (Area, u32, u32) {
    let area = view.area();
    let (w, h) = (area.max[0] - area.min[0], area.max[1] - area.min[1]);
    let wanted = cell / view.scale();
    // A lattice that starts anywhere needs one more cell in each direction.
    let fitting = |size: f32| ((w / size).ceil() + 1.0) * ((h / size).ceil() + 1.0) <= most as f32;
    let mut size = wanted.max((w * h / most as f32).sqrt());
    while !fitting(size) {
        size *= 1.02;
    }
    let low = [(area.min[0] / size).floor(), (area.min[1] / size).floor()];
    let high = [(area.max[0] / size).ceil(), (area.max[1] / size).ceil()];
    let covered = Area { min: low.map(|i| i * size), max: high.map(|i| i * size) };
    (covered, (high[0] - low[0]) as u32, (high[1] - low[1]) as u32)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view() -> View {
        View { width: 1000.0, height: 720.0, centre: [0.4, -0.3], zoom: 1.7 }
    }

    #[test]
    fn there_and_back() {
        let z = [1.25, -0.75];
        let back = view().to_z(view().to_pixel(z));
        assert!((back[0] - z[0]).abs() < 1e-5 && (back[1] - z[1]).abs() < 1e-5);
    }

    #[test]
    fn the_plane_grows_upwards_and_at_one_scale() {
        let v = view();
        let (o, a, b) = (v.to_pixel([0.0, 0.0]), v.to_pixel([1.0, 0.0]), v.to_pixel([0.0, 1.0]));
        assert!((a[0] - o[0] - v.scale()).abs() < 1e-3 && (o[1] - b[1] - v.scale()).abs() < 1e-3);
    }

    #[test]
    fn the_whole_prior_is_seen_at_first() {
        for (w, h) in [(1000.0, 720.0), (360.0, 360.0), (300.0, 900.0)] {
            let area = View::new(w, h).area();
            assert!(area.min.iter().all(|&x| x <= -3.1) && area.max.iter().all(|&x| x >= 3.1), "{w}×{h}: {area:?}");
        }
    }

    #[test]
    fn zooming_holds_what_is_under_the_pointer() {
        let before = view().to_z([120.0, 640.0]);
        let after = view().zoomed(1.6, [120.0, 640.0]).to_z([120.0, 640.0]);
        assert!((before[0] - after[0]).abs() < 1e-4 && (before[1] - after[1]).abs() < 1e-4);
        assert_eq!(view().zoomed(1e9, [0.0, 0.0]).zoom, View::MAX_ZOOM);
    }

    #[test]
    fn the_deepest_zoom_still_tells_pixels_apart() {
        let deep = View { zoom: View::MAX_ZOOM, centre: [1.234_567_8, -0.7], ..View::new(1000.0, 700.0) };
        let z = deep.to_z([500.0, 350.0]);
        let pixel = deep.to_pixel(z);
        assert!((pixel[0] - 500.0).abs() < 0.1 && (pixel[1] - 350.0).abs() < 0.1, "{pixel:?}");
        let moved = deep.dragged([7.0, 0.0]).rounded().to_pixel(z);
        assert!((moved[0] - pixel[0] - 7.0).abs() < 0.15, "{moved:?}");
    }

    #[test]
    fn fitting_shows_every_point_and_little_more() {
        let points = [[-1.0, 2.0], [3.0, 2.5], [f32::NAN, 0.0]];
        let fitted = view().fitting(points).expect("two finite points");
        let seen = fitted.area();
        assert!(seen.min[0] < -1.0 && seen.max[0] > 3.0 && seen.max[0] - seen.min[0] < 4.6, "{seen:?}");
        assert!(fitted.sees([3.0, 2.5]) && fitted.sees([-1.0, 2.0]) && !fitted.sees([3.0, 9.0]));
        assert!(!fitted.sees([f32::NAN, 2.0]));
        assert_eq!(view().fitting([[f32::NAN, 0.0]]), None);
        assert_eq!(view().fitting([[1.0, 1.0]]).map(|v| v.zoom), Some(View::MAX_ZOOM.min(fitted_alone())));
    }

    /// One point alone is shown a thousandth of a unit wide, with the margin.
    fn fitted_alone() -> f64 {
        let one = View { zoom: 1.0, ..view() };
        720.0 / (1e-3 * 1.12) / one.exact_scale()
    }

    #[test]
    fn cells_cover_the_view_and_keep_to_their_number() {
        for v in [view(), View::new(340.0, 340.0), View::new(3800.0, 2000.0), View::new(1.0, 1.0)] {
            let (area, columns, rows) = cells(&v, 26.0, 1200);
            assert!(columns * rows <= 1200 && columns > 0 && rows > 0, "{columns}×{rows}");
            let seen = v.area();
            assert!(area.min[0] <= seen.min[0] && area.max[1] >= seen.max[1], "{area:?} {seen:?}");
            let (w, h) = ((area.max[0] - area.min[0]) / columns as f32, (area.max[1] - area.min[1]) / rows as f32);
            assert!((w / h - 1.0).abs() < 1e-3, "{w} {h}");
        }
    }
}
