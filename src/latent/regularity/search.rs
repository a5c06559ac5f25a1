//! The cheapest way over a grid's cells (Dijkstra 1959), where costs are joined by any rule under which a longer way is
//! never cheaper: added up, or the largest kept.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BinaryHeap};

/// Eight neighbours of a cell.
pub const KING: [[i64; 2]; 8] = [[1, 0], [0, 1], [-1, 0], [0, -1], [1, 1], [-1, 1], [-1, -1], [1, -1]];

/// Sixteen: with the knight's moves, so that a direction is never farther than 13.3° from one of them.
pub const KNIGHT: [[i64; 2]; 16] = [
    [1, 0],
    [0, 1],
    [-1, 0],
    [0, -1],
    [1, 1],
    [-1, 1],
    [-1, -1],
    [1, -1],
    [2, 1],
    [1, 2],
    [-1, 2],
    [-2, 1],
    [-2, -1],
    [-1, -2],
    [1, -2],
    [2, -1],
];

/// Where a search goes: over `columns` by `rows` cells by `moves`, from any of the `starts` to any of the `goals`, with
/// what it costs to come to a start and from a goal.
pub struct Map<'a> {
    pub columns: usize,
    pub rows: usize,
    pub moves: &'a [[i64; 2]],
    pub starts: BTreeMap<usize, f64>,
    pub goals: BTreeMap<usize, f64>,
}

/// A cell that is reached at a cost; the cheapest is the greatest, which a heap gives first.
#[derive(PartialEq)]
struct Reached {
    cost: f64,
    cell: usize,
}

impl Eq for Reached {}

impl Ord for Reached {
    fn cmp(&self, other: &Self) -> Ordering {
        other.cost.total_cmp(&self.cost).then(other.cell.cmp(&self.cell))
    }
}

impl PartialOrd for Reached {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Map<'_> {
    /// The cells of the cheapest way, and its cost; `step` is the cost of going from a cell to one of its neighbours, not
    /// below 0. What costs infinitely much is not gone. None where no way is left.
    pub fn cheapest(
        &self,
        step: impl Fn(usize, usize) -> f64,
        join: impl Fn(f64, f64) -> f64,
    ) -> Option<(Vec<usize>, f64)> {
        // Beyond all cells lies the one place to which all goals lead.
        let end = self.columns * self.rows;
        let mut cost = vec![f64::INFINITY; end + 1];
        let mut from = vec![end; end + 1];
        let mut heap = BinaryHeap::new();
        for (&cell, &start) in &self.starts {
            if start < cost[cell] {
                cost[cell] = start;
                heap.push(Reached { cost: start, cell });
            }
        }
        while let Some(Reached { cost: here, cell }) = heap.pop() {
            if cell == end {
                return Some((trace(&from, end), here));
            }
            if here > cost[cell] {
                continue;
            }
            let mut reach = |next: usize, price: &dyn Fn() -> f64| {
                // What is as cheap to come to as this cell is will not get cheaper from here, and a price takes a while.
                if cost[next] <= here {
                    return;
                }
                let there = join(here, price());
                if there < cost[next] {
                    (cost[next], from[next]) = (there, cell);
                    heap.push(Reached { cost: there, cell: next });
                }
            };
            if let Some(&price) = self.goals.get(&cell) {
                reach(end, &|| price);
            }
            self.neighbours(cell).for_each(|next| reach(next, &|| step(cell, next)));
        }
        None
    }

    fn neighbours(&self, cell: usize) -> impl Iterator<Item = usize> {
        let (column, row) = ((cell % self.columns) as i64, (cell / self.columns) as i64);
        self.moves.iter().filter_map(move |[x, y]| {
            let (x, y) = (column + x, row + y);
            let inside = (0..self.columns as i64).contains(&x) && (0..self.rows as i64).contains(&y);
            inside.then(|| y as usize * self.columns + x as usize)
        })
    }
}

/// The way that led to `end`, without it.
fn trace(from: &[usize], end: usize) -> Vec<usize> {
    let mut way = vec![from[end]];
    while let Some(&last) = way.last() {
        if from[last] == end {
            break;
        }
        way.push(from[last]);
    }
    way.reverse();
    way
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn map(moves: &[[i64; 2]], start: usize, goal: usize) -> Map<'_> {
        Map { columns: 6, rows: 5, moves, starts: [(start, 0.0)].into(), goals: [(goal, 0.0)].into() }
    }

    /// Against Bellman and Ford: going over all steps until nothing gets cheaper.
    #[test]
    fn no_way_is_cheaper() {
        let mut rng = Rng::new(21);
        for join in [|a: f64, b: f64| a + b, f64::max] {
            for _ in 0..50 {
                // Of each step, its own price; a sixth of them are barred.
                let price: Vec<f64> =
                    (0..900).map(|_| if rng.below(6) == 0 { f64::INFINITY } else { rng.uniform() }).collect();
                let price = |from: usize, to: usize| price[from * 30 + to];
                let map = map(&KNIGHT, rng.below(30), rng.below(30));
                let (start, goal) = (*map.starts.keys().next().expect("one"), *map.goals.keys().next().expect("one"));
                let mut cost = [f64::INFINITY; 30];
                cost[start] = 0.0;
                for _ in 0..30 {
                    for cell in 0..30 {
                        for next in map.neighbours(cell) {
                            cost[next] = cost[next].min(join(cost[cell], price(cell, next)));
                        }
                    }
                }
                let found = map.cheapest(price, join);
                assert_eq!(found.as_ref().map_or(f64::INFINITY, |found| found.1), cost[goal]);
                let Some((way, total)) = found else { continue };
                assert_eq!((way[0], way[way.len() - 1]), (start, goal));
                let along = way.windows(2).fold(0.0, |sum, w| join(sum, price(w[0], w[1])));
                assert!((along - total).abs() < 1e-12);
                assert!(way.windows(2).all(|w| map.neighbours(w[0]).any(|next| next == w[1])));
            }
        }
    }

    #[test]
    fn a_wall_leaves_no_way() {
        let wall = |_: usize, to: usize| if to % 6 == 3 { f64::INFINITY } else { 1.0 };
        assert_eq!(map(&KING, 0, 29).cheapest(wall, |a, b| a + b), None);
        assert_eq!(map(&KING, 7, 7).cheapest(wall, |a, b| a + b), Some((vec![7], 0.0)));
        // A knight jumps.
        assert!(map(&KNIGHT, 0, 29).cheapest(wall, |a, b| a + b).is_some());
    }
}
