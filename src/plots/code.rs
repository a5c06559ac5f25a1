//! A QR code (ISO/IEC 18004) of a short text, as one path for an SVG.

use qrcodegen::{QrCode, QrCodeEcc, QrSegment, Version};

/// Clear modules that a reader wants around the code.
pub const QUIET: u32 = 4;

/// The finest code: 117 modules a side, which a phone still reads off a projector. It holds some 1270 characters.
const FINEST: u8 = 25;

/// A square of dark and light modules, without its quiet zone.
pub struct Code {
    qr: QrCode,
}

impl Code {
    /// Nothing for a text that is too long.
    pub fn of(text: &str) -> Option<Self> {
        let segments = QrSegment::make_segments(text);
        // As few modules as can be: a screen has no scratches. What room is left over goes to correction.
        let qr =
            QrCode::encode_segments_advanced(&segments, QrCodeEcc::Low, Version::MIN, Version::new(FINEST), None, true)
                .ok()?;
        Some(Self { qr })
    }

    /// Modules along a side with the quiet zone.
    pub fn side(&self) -> u32 {
        self.qr.size().unsigned_abs() + 2 * QUIET
    }

    /// Reads a module of the whole square; light outside.
    pub fn dark(&self, x: u32, y: u32) -> bool {
        let own = |at: u32| at as i32 - QUIET as i32;
        self.qr.get_module(own(x), own(y))
    }

    /// The dark modules, row by row in runs, in units of a module.
    pub fn path(&self) -> String {
        let mut path = String::new();
        for y in 0..self.side() {
            let mut x = 0;
            while x < self.side() {
                let run = (x..self.side()).take_while(|&x| self.dark(x, y)).count() as u32;
                if run > 0 {
                    path.push_str(&format!("M{x} {y}h{run}v1h-{run}z"));
                }
                x += run + 1;
            }
        }
        path
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::link;
    use crate::state::scene::Scene;

    /// What a reader of other hands sees in the code, drawn as the path says.
    fn read(code: &Code) -> String {
        const SCALE: usize = 4;
        let side = code.side() as usize;
        let mut dark = vec![false; side * side];
        for run in code.path().split('M').skip(1) {
            let numbers: Vec<usize> = run.split([' ', 'h', 'v', '-', 'z']).filter_map(|n| n.parse().ok()).collect();
            let [x, y, length, 1, back] = numbers[..] else { panic!("{run}") };
            assert_eq!(length, back);
            dark[y * side + x..][..length].fill(true);
        }
        let size = side * SCALE;
        let grey = |x: usize, y: usize| if dark[y / SCALE * side + x / SCALE] { 20 } else { 250 };
        let mut image = rqrr::PreparedImage::prepare_from_greyscale(size, size, grey);
        let grids = image.detect_grids();
        grids[0].decode().expect("a code that can be read").1
    }

    #[test]
    fn a_phone_reads_the_link_that_was_meant() {
        let scene = link::parse("z=0.42,-1.5;1,1:ñandú&strip=4-9&model=fashion&lang=es").scene;
        for scene in [Scene::default(), scene] {
            let text = format!("https://example.org/latentscape/#{}", link::print(&scene));
            let code = Code::of(&text).expect("a short link");
            assert_eq!(read(&code), text);
        }
        let longest = "https://example.org/#".to_owned() + &"a,1".repeat(400);
        let code = Code::of(&longest).expect("just short enough");
        assert_eq!((read(&code), code.side()), (longest, 125));
    }

    #[test]
    fn the_code_stands_in_its_quiet_zone_and_what_is_too_long_has_none() {
        let code = Code::of("https://example.org/").expect("a short link");
        let edge = (0..code.side()).flat_map(|i| (0..QUIET).map(move |q| (i, q)));
        assert!(edge.clone().all(|(i, q)| !code.dark(i, q) && !code.dark(q, i)));
        assert!(code.dark(QUIET, QUIET) && code.side() == 25 + 2 * QUIET);
        assert!(Code::of(&"a".repeat(1300)).is_none());
    }

    /// Only what differs from the defaults is in a link: a scene as a class would be sent it fits a coarse code.
    #[test]
    fn a_link_for_a_class_makes_a_coarse_code() {
        let scene = link::parse("model=digits&dial=8&z=0.42,-1.5&layers=dpcs&strip=4-9&lang=es").scene;
        let text = format!("https://example.org/latentscape/#{}", link::print(&scene));
        assert!(text.len() < 110, "{text}");
        assert!(Code::of(&text).expect("a short link").side() <= 37 + 2 * QUIET);
    }
}
