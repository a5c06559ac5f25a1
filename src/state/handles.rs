//! The points that are dragged: there is always one.

/// A named point of the plane.
#[derive(Clone, Debug, PartialEq)]
pub struct Handle {
    pub z: [f32; 2],
    /// As the visitor calls it; empty for its letter.
    pub name: String,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Handles {
    list: Vec<Handle>,
    active: usize,
}

impl Default for Handles {
    fn default() -> Self {
        Self::new([0.3, 0.7])
    }
}

impl Handles {
    /// More would hide the plane.
    pub const MOST: usize = 12;
    /// Letters of a name.
    pub const LONGEST: usize = 24;

    /// One handle.
    pub fn new(z: [f32; 2]) -> Self {
        Self { list: vec![Handle { z, name: String::new() }], active: 0 }
    }

    /// Nothing for none at all or too many; the first is the active one.
    pub fn of(list: Vec<Handle>) -> Option<Self> {
        (1..=Self::MOST).contains(&list.len()).then_some(Self { list, active: 0 })
    }

    pub fn list(&self) -> &[Handle] {
        &self.list
    }

    /// The one that was touched last: what the page decodes large.
    pub fn active(&self) -> usize {
        self.active
    }

    pub fn z(&self) -> [f32; 2] {
        self.list[self.active].z
    }

    pub fn activate(&mut self, index: usize) {
        if index < self.list.len() {
            self.active = index;
        }
    }

    /// Moves the active one.
    pub fn move_to(&mut self, z: [f32; 2]) {
        self.list[self.active].z = z;
    }

    /// One more, which is then the active one. Whether there was room.
    pub fn add(&mut self, z: [f32; 2]) -> bool {
        let room = self.list.len() < Self::MOST;
        if room {
            self.list.push(Handle { z, name: String::new() });
            self.active = self.list.len() - 1;
        }
        room
    }

    /// Takes one away, unless it is the last.
    pub fn remove(&mut self, index: usize) {
        if self.list.len() > 1 && index < self.list.len() {
            self.list.remove(index);
            if self.active > index || self.active == self.list.len() {
                self.active -= 1;
            }
        }
    }

    pub fn rename(&mut self, index: usize, name: &str) {
        if let Some(handle) = self.list.get_mut(index) {
            let plain: String = name.trim().chars().filter(|c| !c.is_control()).take(Self::LONGEST).collect();
            handle.name = plain.trim_end().to_owned();
        }
    }

    /// What a handle is called: its name, or its letter.
    pub fn title(&self, index: usize) -> String {
        match self.list.get(index) {
            Some(handle) if !handle.name.is_empty() => handle.name.clone(),
            _ => char::from(b'A' + (index % 26) as u8).to_string(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn there_is_always_one_and_never_too_many() {
        let mut handles = Handles::default();
        handles.remove(0);
        assert_eq!(handles.list().len(), 1);
        (0..20).for_each(|i| assert_eq!(handles.add([i as f32, 0.0]), i < Handles::MOST - 1));
        assert_eq!((handles.list().len(), handles.active()), (Handles::MOST, Handles::MOST - 1));
        assert_eq!((Handles::of(vec![]), handles.title(2)), (None, "C".to_owned()));
    }

    #[test]
    fn the_active_one_stays_itself_when_another_goes() {
        let mut handles = Handles::new([0.0, 0.0]);
        handles.add([1.0, 0.0]);
        handles.add([2.0, 0.0]);
        handles.activate(1);
        handles.remove(0);
        assert_eq!(handles.z(), [1.0, 0.0]);
        handles.remove(0);
        assert_eq!(handles.z(), [2.0, 0.0]);
    }

    #[test]
    fn names_are_short_and_plain() {
        let mut handles = Handles::default();
        handles.rename(0, "  a\n tall nine, leaning to the right ");
        assert_eq!(handles.title(0), "a tall nine, leaning to");
        handles.rename(0, " ");
        assert_eq!(handles.title(0), "A");
    }
}
