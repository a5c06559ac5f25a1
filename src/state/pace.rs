//! How many cells of a survey to ask for at once: few enough that the hand's questions hardly wait, enough that what every
//! question costs, however small, is not most of it.

/// Cells of the first band: what it takes is mostly what any question takes.
const FIRST: usize = 4;
/// The most of one; the engine takes 4096.
const MOST: usize = 2048;

/// What a band may take of the engine's time, in milliseconds, where a question costs next to nothing by itself.
const BAND_MS: f64 = 25.0;

/// Bands to watch before anything is said of the whole: a device may have its programs to compile at first, and bands grow.
const WATCHED: u32 = 8;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pace {
    asked: f64,
    bands: u32,
    band: usize,
    /// The shortest that a band has taken, in milliseconds.
    least: f64,
    /// The shortest that a cell has taken in one.
    cell: f64,
}

impl Pace {
    /// Times are in milliseconds of one clock.
    pub fn new(now: f64) -> Self {
        Self { asked: now, bands: 0, band: FIRST, least: f64::INFINITY, cell: f64::INFINITY }
    }

    /// Cells to ask for.
    pub fn band(&self) -> usize {
        self.band
    }

    pub fn asked(&mut self, now: f64) {
        self.asked = now;
    }

    /// A band of `cells` has come. The next takes 25 ms, or twice as long as the quickest so far where that is longer: a
    /// device that takes 300 ms for the smallest question would not be quicker with smaller ones.
    pub fn came(&mut self, cells: usize, now: f64) {
        let took = (now - self.asked).max(1.0);
        self.least = self.least.min(took);
        self.cell = self.cell.min(took / cells.max(1) as f64);
        self.bands += 1;
        let fitting = (self.band as f64 * BAND_MS.max(2.0 * self.least) / took) as usize;
        self.band = fitting.clamp(self.band / 2, self.band * 2).clamp(1, MOST);
    }

    /// What `cells` would take at the best pace so far, in milliseconds; nothing until it has been watched for a while.
    pub fn whole(&self, cells: usize) -> Option<f64> {
        (self.bands >= WATCHED).then_some(self.cell * cells as f64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Surveys `cells` on a device that takes `fixed` ms a question and `each` a cell: bands, the longest wait and the whole.
    fn survey(cells: usize, fixed: f64, each: f64) -> (usize, f64, f64) {
        let (mut now, mut done, mut bands, mut longest) = (0.0, 0, 0, 0.0f64);
        let mut pace = Pace::new(now);
        while done < cells {
            let band = pace.band().min(cells - done);
            pace.asked(now);
            let took = fixed + each * band as f64;
            now += took;
            pace.came(band, now);
            (done, bands, longest) = (done + band, bands + 1, longest.max(took));
        }
        (bands, longest, now)
    }

    #[test]
    fn a_quick_device_answers_in_bands_that_nobody_waits_for() {
        let (bands, longest, whole) = survey(4096, 1.0, 0.1);
        assert!(longest < 30.0 && whole < 450.0, "{longest} {whole}");
        assert!(bands < 30, "{bands}");
    }

    /// As SwiftShader does: it is the number of questions that costs.
    #[test]
    fn a_device_that_is_slow_to_answer_anything_is_asked_for_much() {
        let (bands, longest, whole) = survey(4096, 300.0, 1.0);
        assert!(longest < 700.0, "{longest}");
        assert!(bands < 30 && whole < 12_000.0, "{bands} {whole}");
    }

    #[test]
    fn a_device_that_is_slow_at_every_cell_is_asked_for_little() {
        let (_, longest, whole) = survey(256, 2.0, 20.0);
        assert!(longest < 200.0 && whole < 1.1 * 256.0 * 22.0, "{longest} {whole}");
    }

    /// The first band waits for programs to compile: nothing is said of the whole by that.
    #[test]
    fn the_whole_is_told_once_it_has_been_watched() {
        let mut pace = Pace::new(0.0);
        pace.came(4, 8000.0);
        assert_eq!(pace.whole(4096), None);
        for band in 0..7 {
            pace.asked(9000.0);
            pace.came(10, 9100.0 + f64::from(band));
        }
        assert_eq!(pace.whole(4096), Some(40_960.0));
    }
}
