//! Parts of the page that one who embeds it may leave out. The plane and the decoded picture always stay.

/// A part, by what it is to a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Model, device, language, colours, export, sharing.
    Head,
    /// The classes' colours.
    Legend,
    /// What pressing the plane does.
    Tools,
    /// The plane's layers.
    Layers,
    Zoom,
    /// The film strip.
    Strip,
    /// What is known of the handle's place, beside its picture.
    Numbers,
    /// Painting on the decoded picture.
    Paint,
    Regularity,
    /// Drawing, and what the encoder makes of it.
    Pad,
    Samples,
    Lab,
    /// The visitor's own pictures, in the lab.
    Own,
    /// How good the shipped model is.
    Card,
}

impl Part {
    pub const ALL: [Self; 14] = [
        Self::Head,
        Self::Legend,
        Self::Tools,
        Self::Layers,
        Self::Zoom,
        Self::Strip,
        Self::Numbers,
        Self::Paint,
        Self::Regularity,
        Self::Pad,
        Self::Samples,
        Self::Lab,
        Self::Own,
        Self::Card,
    ];

    /// Its word in a link.
    pub fn name(self) -> &'static str {
        match self {
            Self::Head => "head",
            Self::Legend => "legend",
            Self::Tools => "tools",
            Self::Layers => "layers",
            Self::Zoom => "zoom",
            Self::Strip => "strip",
            Self::Numbers => "numbers",
            Self::Paint => "paint",
            Self::Regularity => "regularity",
            Self::Pad => "pad",
            Self::Samples => "samples",
            Self::Lab => "lab",
            Self::Own => "own",
            Self::Card => "card",
        }
    }

    /// Stands in the column beside the plane, below the decoded picture.
    pub fn in_rail(self) -> bool {
        matches!(self, Self::Regularity | Self::Pad | Self::Samples | Self::Lab | Self::Card)
    }
}

/// A set of parts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts(u16);

impl Parts {
    /// What a small frame has no room for.
    pub fn beyond_a_frame() -> Self {
        use Part::{Card, Head, Lab, Own, Pad, Paint, Regularity, Samples, Strip, Tools};
        [Head, Tools, Strip, Paint, Regularity, Pad, Samples, Lab, Own, Card].into_iter().collect()
    }

    pub fn has(self, part: Part) -> bool {
        self.0 & (1 << part as u16) != 0
    }

    pub fn toggle(&mut self, part: Part) {
        self.0 ^= 1 << part as u16;
    }

    pub fn is_empty(self) -> bool {
        self.0 == 0
    }

    pub fn iter(self) -> impl Iterator<Item = Part> {
        Part::ALL.into_iter().filter(move |part| self.has(*part))
    }

    /// Whether the column beside the plane has the decoded picture alone.
    pub fn bares_rail(self) -> bool {
        Part::ALL.into_iter().filter(|part| part.in_rail()).all(|part| self.has(part))
    }
}

impl FromIterator<Part> for Parts {
    fn from_iter<T: IntoIterator<Item = Part>>(parts: T) -> Self {
        Self(parts.into_iter().fold(0, |bits, part| bits | 1 << part as u16))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_holds_what_was_put_in_and_names_are_different() {
        let mut parts: Parts = [Part::Lab, Part::Head].into_iter().collect();
        parts.toggle(Part::Pad);
        parts.toggle(Part::Head);
        assert_eq!(parts.iter().collect::<Vec<_>>(), [Part::Pad, Part::Lab]);
        let names: std::collections::BTreeSet<_> = Part::ALL.map(Part::name).into_iter().collect();
        assert_eq!(names.len(), Part::ALL.len());
    }

    #[test]
    fn a_rail_is_bare_without_everything_below_the_picture() {
        let mut parts = Parts::beyond_a_frame();
        assert!(parts.bares_rail() && !parts.has(Part::Layers));
        parts.toggle(Part::Samples);
        assert!(!parts.bares_rail() && !Parts::default().bares_rail());
    }
}
