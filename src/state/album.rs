//! The moments of a run that can be gone back to, bounded by memory.

use super::pictures::Shared;
use crate::spec::RunSpec;

/// What a run was at a step, and all that an engine needs to go on from there.
#[derive(Clone, Debug, PartialEq)]
pub struct Moment {
    pub spec: RunSpec,
    pub step: u32,
    /// Opaque here.
    pub bytes: Shared<Vec<u8>>,
}

/// Moments in the order of their steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Album {
    moments: Vec<Moment>,
}

impl Album {
    /// Bytes that the moments of one run may take.
    pub const ROOM: usize = 96 << 20;

    pub fn moments(&self) -> &[Moment] {
        &self.moments
    }

    pub fn last(&self) -> Option<&Moment> {
        self.moments.last()
    }

    pub fn size(&self) -> usize {
        self.moments.iter().map(|moment| moment.bytes.len()).sum()
    }

    /// Takes a moment in, in the place of one of the same step, and thins the others out until all of them fit.
    pub fn put(&mut self, moment: Moment, room: usize) {
        let at = self.moments.partition_point(|other| other.step < moment.step);
        match self.moments.get_mut(at).filter(|other| other.step == moment.step) {
            Some(other) => *other = moment,
            None => self.moments.insert(at, moment),
        }
        self.thin(room);
    }

    /// The moment nearest to a step.
    pub fn nearest(&self, step: u32) -> Option<&Moment> {
        self.moments.iter().min_by_key(|moment| moment.step.abs_diff(step))
    }

    /// What was after a step is gone: the run goes on from there.
    pub fn cut(&mut self, step: u32) {
        self.moments.retain(|moment| moment.step <= step);
    }

    /// Leaves out those that are missed least: where the neighbours are near each other for how late they are, since a run
    /// changes most at its start. The first and the last stay.
    pub fn thin(&mut self, room: usize) {
        while self.size() > room && self.moments.len() > 2 {
            let gap = |i: usize| {
                let [before, after] = [i - 1, i + 1].map(|i| f64::from(self.moments[i].step) + 20.0);
                after / before
            };
            let Some(least) = (1..self.moments.len() - 1).min_by(|a, b| gap(*a).total_cmp(&gap(*b))) else { return };
            self.moments.remove(least);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moment(step: u32) -> Moment {
        Moment { spec: RunSpec::default(), step, bytes: Shared::new(vec![0; 10]) }
    }

    fn steps(album: &Album) -> Vec<u32> {
        album.moments().iter().map(|moment| moment.step).collect()
    }

    #[test]
    fn moments_stand_in_order_once_each() {
        let mut album = Album::default();
        [40, 0, 20, 40].into_iter().for_each(|step| album.put(moment(step), 1000));
        assert_eq!(steps(&album), [0, 20, 40]);
        assert_eq!(album.nearest(29).map(|moment| moment.step), Some(20));
        album.cut(20);
        assert_eq!(steps(&album), [0, 20]);
    }

    #[test]
    fn an_album_that_is_full_keeps_its_ends_and_is_finer_at_the_start() {
        let mut album = Album::default();
        for step in (0..=1000).step_by(10) {
            album.put(moment(step), 120);
            assert!(album.size() <= 120);
        }
        let kept = steps(&album);
        assert_eq!((kept[0], kept[kept.len() - 1], kept.len()), (0, 1000, 12));
        let gaps: Vec<u32> = kept.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert!(gaps[0] < gaps[gaps.len() - 2], "{kept:?}");
        assert!(kept[6] < 500, "more in the first half: {kept:?}");
    }

    #[test]
    fn two_moments_stay_however_large() {
        let mut album = Album::default();
        [0, 5, 9].into_iter().for_each(|step| album.put(moment(step), 1));
        assert_eq!(steps(&album), [0, 9]);
    }
}
