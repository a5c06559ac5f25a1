//! The plane cut into square tiles, finer and finer, like a street map; and a memory of tiles with an end to it.

use std::collections::HashMap;

use super::view::View;
use crate::protocol::Area;

/// Pictures along a tile's side.
pub const CELLS: u32 = 8;

/// A picture of the decoded plane is at least so wide, in pixels, and less than twice that; pictures of more pixels are
/// twice as wide, to be told apart.
const LEAST_CELL: f32 = 20.0;
const LARGE: usize = 32;

const COARSEST: i32 = -4;
const FINEST: i32 = 15;

/// A square of [`CELLS`]² cells; a cell of level l is 2⁻ˡ units of z wide. Tile (0, 0) has its lower left corner in the
/// origin, and z₂ grows upwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Tile {
    pub level: i32,
    pub x: i32,
    pub y: i32,
}

impl Tile {
    /// What it covers; exact for every level and all of the plane.
    pub fn area(self) -> Area {
        let side = side(self.level);
        let corner = |dx: i32, dy: i32| [((self.x + dx) as f64 * side) as f32, ((self.y + dy) as f64 * side) as f32];
        Area { min: corner(0, 0), max: corner(1, 1) }
    }

    /// The tile of the next coarser level that it is a quarter of.
    pub fn parent(self) -> Self {
        Self { level: self.level - 1, x: self.x.div_euclid(2), y: self.y.div_euclid(2) }
    }
}

/// Side of a tile, in units of z.
fn side(level: i32) -> f64 {
    f64::from(CELLS) * 2f64.powi(-level)
}

/// The level to show at `scale` pixels a unit of z, of pictures with `side` pixels a side.
pub fn level(scale: f32, side: usize) -> i32 {
    let least = if side > LARGE { 2.0 * LEAST_CELL } else { LEAST_CELL };
    ((scale / least).log2().floor() as i32).clamp(COARSEST, FINEST)
}

/// The tiles that cover an area, nearest to its middle first.
pub fn cover(area: Area, level: i32) -> Vec<Tile> {
    let side = side(level);
    let index = |z: f32| (f64::from(z) / side).floor() as i32;
    let ([left, bottom], [right, top]) = (area.min.map(index), area.max.map(index));
    let mut tiles: Vec<Tile> = (bottom..=top).flat_map(|y| (left..=right).map(move |x| Tile { level, x, y })).collect();
    let middle = [0, 1].map(|axis| (f64::from(area.min[axis]) + f64::from(area.max[axis])) / 2.0 / side - 0.5);
    let away = |tile: &Tile| (f64::from(tile.x) - middle[0]).hypot(f64::from(tile.y) - middle[1]);
    tiles.sort_by(|a, b| away(a).total_cmp(&away(b)));
    tiles
}

/// All of a view's tiles in one rectangle: what it covers, its columns and rows of pictures. At a level that has no more than
/// `most` of them; nothing where there is none.
pub fn whole(view: &View, side: usize, most: u32) -> Option<(Area, u32, u32)> {
    let at = |level: i32| {
        let tiles = cover(view.area(), level);
        let low = |of: fn(&Tile) -> i32| tiles.iter().map(of).min();
        let high = |of: fn(&Tile) -> i32| tiles.iter().map(of).max();
        let ([x, y], [right, top]) = ([low(|t| t.x)?, low(|t| t.y)?], [high(|t| t.x)?, high(|t| t.y)?]);
        let [columns, rows] = [right - x + 1, top - y + 1].map(|n| n as u32 * CELLS);
        let [first, last] = [Tile { level, x, y }, Tile { level, x: right, y: top }].map(Tile::area);
        (columns * rows <= most).then_some((Area { min: first.min, max: last.max }, columns, rows))
    };
    let finest = level(view.scale(), side);
    (COARSEST..=finest).rev().find_map(at)
}

/// What is known of tiles, of at most so many bytes: the one that was not used for the longest time goes first.
#[derive(Debug)]
pub struct Cache<T> {
    budget: usize,
    bytes: usize,
    clock: u64,
    entries: HashMap<Tile, Entry<T>>,
}

#[derive(Debug)]
struct Entry<T> {
    value: T,
    bytes: usize,
    used: u64,
}

impl<T> Cache<T> {
    pub fn new(budget: usize) -> Self {
        Self { budget, bytes: 0, clock: 0, entries: HashMap::new() }
    }

    /// Uses a tile.
    pub fn get(&mut self, tile: Tile) -> Option<&T> {
        self.clock += 1;
        let entry = self.entries.get_mut(&tile)?;
        entry.used = self.clock;
        Some(&entry.value)
    }

    /// Looks whether it is there, without using it.
    pub fn has(&self, tile: Tile) -> bool {
        self.entries.contains_key(&tile)
    }

    /// Keeps a tile, unless it alone is larger than everything may be.
    pub fn put(&mut self, tile: Tile, value: T, bytes: usize) {
        self.remove(tile);
        if bytes > self.budget {
            return;
        }
        while self.bytes + bytes > self.budget {
            let Some(oldest) = self.entries.iter().min_by_key(|(_, entry)| entry.used).map(|(tile, _)| *tile) else {
                break;
            };
            self.remove(oldest);
        }
        self.clock += 1;
        self.bytes += bytes;
        self.entries.insert(tile, Entry { value, bytes, used: self.clock });
    }

    fn remove(&mut self, tile: Tile) {
        if let Some(entry) = self.entries.remove(&tile) {
            self.bytes -= entry.bytes;
        }
    }

    pub fn clear(&mut self) {
        self.entries.clear();
        self.bytes = 0;
    }

    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rng::Rng;

    fn contains(area: Area, z: [f32; 2]) -> bool {
        (0..2).all(|axis| area.min[axis] <= z[axis] && z[axis] < area.max[axis])
    }

    #[test]
    fn every_point_of_an_area_lies_in_exactly_one_tile() {
        let mut rng = Rng::new(4);
        for _ in 0..300 {
            let level = rng.below(20) as i32 - 4;
            let size = rng.range(0.1, 6.0) * side(level) as f32;
            let min = [rng.range(-80.0, 80.0), rng.range(-80.0, 80.0)];
            let area = Area { min, max: min.map(|x| x + size) };
            let tiles = cover(area, level);
            for _ in 0..20 {
                let z = min.map(|x| x + rng.uniform() as f32 * size);
                assert_eq!(tiles.iter().filter(|tile| contains(tile.area(), z)).count(), 1, "{z:?} {level}");
            }
        }
    }

    #[test]
    fn a_view_in_one_piece_is_covered_on_the_lattice_within_the_limit() {
        for (width, height, zoom) in
            [(1000.0, 660.0, 1.0), (390.0, 500.0, 1.0), (1900.0, 1000.0, 3.7), (300.0, 300.0, 0.1)]
        {
            let view = View { zoom, ..View::new(width, height) };
            let (area, columns, rows) = whole(&view, 28, 4096).expect("some level does");
            let seen = view.area();
            assert!((0..2).all(|a| area.min[a] <= seen.min[a] && area.max[a] >= seen.max[a]), "{area:?} {seen:?}");
            assert!(columns * rows <= 4096 && columns.is_multiple_of(CELLS));
            let cell = (area.max[0] - area.min[0]) / columns as f32;
            assert_eq!(cell.log2().fract(), 0.0, "a power of two");
            assert_eq!((area.min[0] / cell).fract(), 0.0, "on the lattice");
        }
    }

    #[test]
    fn the_middle_comes_first() {
        let tiles = cover(Area { min: [-20.0, -20.0], max: [20.0, 20.0] }, 0);
        assert!(contains(Area { min: [-8.0, -8.0], max: [8.0, 8.0] }, tiles[0].area().min), "{:?}", tiles[0]);
        assert_eq!(tiles.len(), 36);
    }

    #[test]
    fn a_parent_is_made_of_four_children() {
        for (x, y) in [(0, 0), (1, 0), (-1, -1), (-2, 3), (-3, -4)] {
            let child = Tile { level: 3, x, y };
            let (inner, outer) = (child.area(), child.parent().area());
            assert!((0..2).all(|a| outer.min[a] <= inner.min[a] && inner.max[a] <= outer.max[a]), "{child:?}");
            assert_eq!(outer.max[0] - outer.min[0], 2.0 * (inner.max[0] - inner.min[0]));
        }
    }

    #[test]
    fn a_picture_is_never_too_small_or_too_large() {
        for scale in [3.0f32, 58.7, 110.0, 115.0, 159.9, 160.0, 5000.0, 400_000.0] {
            let cell = scale * 2f32.powi(-level(scale, 28));
            assert!((LEAST_CELL..2.0 * LEAST_CELL).contains(&cell), "{scale}: {cell}");
        }
        assert_eq!((level(1e-9, 28), level(1e12, 28)), (COARSEST, FINEST));
    }

    #[test]
    fn the_longest_unused_goes_first_and_the_budget_holds() {
        let tile = |x| Tile { level: 0, x, y: 0 };
        let mut cache = Cache::new(3);
        (0..3).for_each(|x| cache.put(tile(x), x, 1));
        assert_eq!(cache.get(tile(0)), Some(&0));
        cache.put(tile(3), 3, 1);
        assert!(cache.has(tile(0)) && !cache.has(tile(1)) && cache.has(tile(3)));
        cache.put(tile(9), 9, 4);
        assert!(!cache.has(tile(9)) && cache.bytes() == 3);
        cache.clear();
        assert_eq!((cache.bytes(), cache.get(tile(0))), (0, None));
    }

    #[test]
    fn whatever_happens_the_bytes_are_those_of_what_is_there() {
        let (mut rng, mut cache) = (Rng::new(8), Cache::new(1000));
        for _ in 0..3000 {
            let tile = Tile { level: 0, x: rng.below(40) as i32, y: 0 };
            if rng.below(3) == 0 {
                cache.get(tile);
            } else {
                cache.put(tile, (), rng.below(200));
            }
            assert_eq!(cache.bytes(), cache.entries.values().map(|entry| entry.bytes).sum::<usize>());
            assert!(cache.bytes() <= 1000);
        }
    }
}
