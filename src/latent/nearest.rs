//! The codes nearest to a point, found among thousands without looking at each.

use crate::spec::MOST_CLASSES;

/// Codes to a bucket, about.
const CROWD: f32 = 8.0;

/// Codes sorted into square buckets. Those that are not finite are left out.
#[derive(Clone, Debug, Default)]
pub struct Buckets {
    low: [f32; 2],
    side: f32,
    columns: usize,
    rows: usize,
    /// Where each bucket's codes begin in `order`; one entry more than buckets.
    starts: Vec<u32>,
    order: Vec<u32>,
}

impl Buckets {
    pub fn new(codes: &[[f32; 2]]) -> Self {
        let finite = || codes.iter().enumerate().filter(|(_, z)| z.iter().all(|x| x.is_finite()));
        let Some((_, first)) = finite().next() else { return Self::default() };
        let (mut low, mut high) = (*first, *first);
        for (_, z) in finite() {
            low = [low[0].min(z[0]), low[1].min(z[1])];
            high = [high[0].max(z[0]), high[1].max(z[1])];
        }
        let (width, height) = ((high[0] - low[0]).max(1e-6), (high[1] - low[1]).max(1e-6));
        // A line of codes is no reason for more buckets than codes.
        let side = (width * height * CROWD / codes.len() as f32).sqrt().max(width.max(height) / codes.len() as f32);
        let (columns, rows) = ((width / side) as usize + 1, (height / side) as usize + 1);
        let mut buckets = Self { low, side, columns, rows, starts: vec![0; columns * rows + 1], order: Vec::new() };
        for (_, z) in finite() {
            let bucket = buckets.bucket(*z);
            buckets.starts[bucket + 1] += 1;
        }
        for i in 0..columns * rows {
            buckets.starts[i + 1] += buckets.starts[i];
        }
        let mut next = buckets.starts.clone();
        buckets.order = vec![0; next[columns * rows] as usize];
        for (index, z) in finite() {
            let place = &mut next[buckets.bucket(*z)];
            buckets.order[*place as usize] = index as u32;
            *place += 1;
        }
        buckets
    }

    /// The `k` nearest codes of those it was made from, as (squared distance, index), nearest first.
    pub fn neighbours(&self, codes: &[[f32; 2]], z: [f32; 2], k: usize) -> Vec<(f32, usize)> {
        let mut best: Vec<(f32, usize)> = Vec::with_capacity(k + 1);
        if k == 0 || self.order.is_empty() || !z.iter().all(|x| x.is_finite()) {
            return best;
        }
        let [column, row] = self.cell(z);
        for ring in 0..=self.columns.max(self.rows) as i64 {
            // Whatever lies in this ring of buckets is at least so far away.
            let least = ((ring as f32 - 1.0).max(0.0) * self.side).hypot(self.outside(z));
            if best.len() == k && best[k - 1].0 <= least * least {
                break;
            }
            self.ring(column, row, ring, |index| {
                let distance = (codes[index][0] - z[0]).powi(2) + (codes[index][1] - z[1]).powi(2);
                if best.len() < k || distance < best[k - 1].0 {
                    let place = best.partition_point(|b| b.0 <= distance);
                    best.insert(place, (distance, index));
                    best.truncate(k);
                }
            });
        }
        best
    }

    /// The class that most of the `k` nearest codes have, and how many of them.
    pub fn vote(&self, codes: &[[f32; 2]], labels: &[u8], z: [f32; 2], k: usize) -> Option<(u8, usize)> {
        // Votes, and how near the first of them is: of as many the nearer counts.
        let mut votes = [(0usize, std::cmp::Reverse(usize::MAX)); MOST_CLASSES];
        for (rank, (_, index)) in self.neighbours(codes, z, k).into_iter().enumerate() {
            if let Some(vote) = labels.get(index).and_then(|&class| votes.get_mut(usize::from(class))) {
                *vote = (vote.0 + 1, vote.1.max(std::cmp::Reverse(rank)));
            }
        }
        let (class, (votes, _)) = votes.into_iter().enumerate().rev().max_by_key(|(_, votes)| *votes)?;
        (votes > 0).then_some((class as u8, votes))
    }

    /// Calls `each` with every code in the buckets at exactly so many buckets' distance, the larger of the two axes.
    fn ring(&self, column: i64, row: i64, ring: i64, mut each: impl FnMut(usize)) {
        for y in (row - ring).max(0)..=(row + ring).min(self.rows as i64 - 1) {
            let edge = y == row - ring || y == row + ring;
            let step = if edge || ring == 0 { 1 } else { 2 * ring };
            for x in (column - ring..=column + ring).step_by(step as usize) {
                if (0..self.columns as i64).contains(&x) {
                    let bucket = y as usize * self.columns + x as usize;
                    let range = self.starts[bucket] as usize..self.starts[bucket + 1] as usize;
                    self.order[range].iter().for_each(|&index| each(index as usize));
                }
            }
        }
    }

    /// How far outside all buckets a point lies, in units of z.
    fn outside(&self, z: [f32; 2]) -> f32 {
        let beyond = |axis: usize, count: usize| {
            let high = self.low[axis] + count as f32 * self.side;
            (self.low[axis] - z[axis]).max(z[axis] - high).max(0.0)
        };
        beyond(0, self.columns).max(beyond(1, self.rows))
    }

    /// The bucket, by column and row, that a point lies in or is nearest to.
    fn cell(&self, z: [f32; 2]) -> [i64; 2] {
        let index =
            |axis: usize, count: usize| (((z[axis] - self.low[axis]) / self.side) as i64).clamp(0, count as i64 - 1);
        [index(0, self.columns), index(1, self.rows)]
    }

    fn bucket(&self, z: [f32; 2]) -> usize {
        let [column, row] = self.cell(z);
        row as usize * self.columns + column as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    /// Squared distances of the nearest, by looking at every code.
    fn nearest(codes: &[[f32; 2]], z: [f32; 2], k: usize) -> Vec<f32> {
        let distance = |c: &[f32; 2]| (c[0] - z[0]).powi(2) + (c[1] - z[1]).powi(2);
        let mut all: Vec<f32> = codes.iter().map(distance).filter(|d| d.is_finite()).collect();
        all.sort_by(f32::total_cmp);
        all.truncate(k);
        all
    }

    fn check(codes: &[[f32; 2]], rng: &mut Rng) {
        let buckets = Buckets::new(codes);
        for _ in 0..60 {
            let z = [rng.range(-6.0, 6.0), rng.range(-6.0, 6.0)];
            for k in [1, 7, 25] {
                let found: Vec<f32> = buckets.neighbours(codes, z, k).iter().map(|(d, _)| *d).collect();
                assert_eq!(found, nearest(codes, z, k), "{z:?} {k}");
            }
        }
    }

    #[test]
    fn the_nearest_are_those_that_looking_at_all_would_find() {
        let mut rng = Rng::new(6);
        let spread: Vec<[f32; 2]> = (0..800).map(|_| [rng.normal(), rng.normal()]).collect();
        check(&spread, &mut rng);
        let clusters: Vec<[f32; 2]> = (0..800)
            .map(|i| [if i % 2 == 0 { -3.0 } else { 4.0 } + 0.01 * rng.normal(), 0.01 * rng.normal()])
            .collect();
        check(&clusters, &mut rng);
        let line: Vec<[f32; 2]> = (0..300).map(|i| [i as f32 * 0.01, 1.0]).collect();
        check(&line, &mut rng);
        check(&[[0.5, 0.5]], &mut rng);
        let mut broken = spread;
        broken[3] = [f32::NAN, 0.0];
        check(&broken, &mut rng);
    }

    #[test]
    fn the_vote_is_the_majority_s() {
        let codes: Vec<[f32; 2]> = (0..10).map(|i| [i as f32, 0.0]).collect();
        let labels: Vec<u8> = (0..10).map(|i| if i < 6 { 2 } else { 5 }).collect();
        let buckets = Buckets::new(&codes);
        assert_eq!(buckets.vote(&codes, &labels, [8.0, 0.0], 3), Some((5, 3)));
        assert_eq!(buckets.vote(&codes, &labels, [5.0, 0.0], 5), Some((2, 3)));
        assert_eq!(Buckets::new(&[]).vote(&[], &[], [0.0, 0.0], 5), None);
    }
}
