//! A set of labelled pictures, as readers and generators make it and as the trainer takes it.

use crate::spec::Format;

/// Pictures of one format, a byte a pixel and channel (255 is ink), one label a picture.
///
/// The constructor holds what everything after it relies on: a picture's bytes a label, and a name for every label.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ImageSet {
    format: Format,
    pixels: Vec<u8>,
    labels: Vec<u8>,
    class_names: Vec<String>,
}

/// Why pixels and labels do not make a set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImageSetError {
    #[error("{labels} labels want {} bytes of pixels, but there are {pixels}", *labels as u64 * *each as u64)]
    CountMismatch { pixels: usize, labels: usize, each: usize },
    #[error("label {position} is {label}, but only classes 0 to {} have a name", .classes - 1)]
    UnknownClass { position: usize, label: u8, classes: usize },
    #[error("a set of pictures needs at least one class and at most 256, not {classes}")]
    ClassCount { classes: usize },
}

impl ImageSet {
    /// Of 28×28 pixels of grey. `pixels`: the pictures one after another. `labels`: an index into `class_names` a picture.
    pub fn new(pixels: Vec<u8>, labels: Vec<u8>, class_names: Vec<String>) -> Result<Self, ImageSetError> {
        Self::of(Format::GREY_28, pixels, labels, class_names)
    }

    /// The same of any format.
    pub fn of(
        format: Format,
        pixels: Vec<u8>,
        labels: Vec<u8>,
        class_names: Vec<String>,
    ) -> Result<Self, ImageSetError> {
        let classes = class_names.len();
        if !(1..=256).contains(&classes) {
            return Err(ImageSetError::ClassCount { classes });
        }
        let each = format.bytes();
        if labels.len().checked_mul(each) != Some(pixels.len()) {
            return Err(ImageSetError::CountMismatch { pixels: pixels.len(), labels: labels.len(), each });
        }
        if let Some(position) = labels.iter().position(|&label| usize::from(label) >= classes) {
            return Err(ImageSetError::UnknownClass { position, label: labels[position], classes });
        }
        Ok(Self { format, pixels, labels, class_names })
    }

    pub fn format(&self) -> Format {
        self.format
    }

    /// Number of pictures.
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// All pictures, one after another.
    pub fn pixels(&self) -> &[u8] {
        &self.pixels
    }

    /// Pixels and labels, as [`Self::new`] took them.
    pub fn into_parts(self) -> (Vec<u8>, Vec<u8>) {
        (self.pixels, self.labels)
    }

    pub fn labels(&self) -> &[u8] {
        &self.labels
    }

    pub fn class_names(&self) -> &[String] {
        &self.class_names
    }

    /// Picture `i`. Panics when `i` is not below [`len`](Self::len), as indexing a slice does.
    pub fn image(&self, i: usize) -> &[u8] {
        let each = self.format.bytes();
        &self.pixels[i * each..][..each]
    }

    /// Writes the pictures `indices` into `out`, one after another, as values in 0..=1: byte / 255.
    /// What was in `out` is replaced and its memory kept. Panics on an index not below [`len`](Self::len).
    pub fn batch(&self, indices: &[usize], out: &mut Vec<f32>) {
        out.clear();
        out.reserve(indices.len() * self.format.bytes());
        for &i in indices {
            out.extend(self.image(i).iter().map(|&byte| f32::from(byte) / 255.0));
        }
    }
}

/// The names of the ten digits, "0" to "9".
pub fn digit_names() -> Vec<String> {
    (0..10).map(|digit| digit.to_string()).collect()
}

/// The names of the ten garments of Fashion-MNIST, in the order of its labels.
pub fn garment_names() -> Vec<String> {
    ["T-shirt/top", "Trouser", "Pullover", "Dress", "Coat", "Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"]
        .map(String::from)
        .to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::PIXELS;

    fn two_pictures() -> ImageSet {
        let mut pixels = vec![0; 2 * PIXELS];
        pixels[PIXELS] = 255;
        pixels[PIXELS + 1] = 51;
        ImageSet::new(pixels, vec![3, 9], digit_names()).expect("a well-formed set")
    }

    #[test]
    fn gathers_a_batch_in_the_order_asked() {
        let mut out = vec![7.0; 5];
        two_pictures().batch(&[1, 0, 1], &mut out);
        assert_eq!(out.len(), 3 * PIXELS);
        assert_eq!((out[0], out[1], out[2]), (1.0, 0.2, 0.0));
        assert!(out[PIXELS..2 * PIXELS].iter().all(|&value| value == 0.0));
        assert_eq!(out[..PIXELS], out[2 * PIXELS..]);
    }

    #[test]
    fn refuses_what_does_not_fit_together() {
        let make = |pixels: usize, labels: Vec<u8>, names: usize| {
            ImageSet::new(vec![0; pixels], labels, vec![String::new(); names]).map(|set| set.len()).unwrap_err()
        };
        assert_eq!(
            make(PIXELS, vec![0, 0], 10),
            ImageSetError::CountMismatch { pixels: PIXELS, labels: 2, each: PIXELS }
        );
        assert_eq!(
            make(PIXELS - 1, vec![0], 10),
            ImageSetError::CountMismatch { pixels: PIXELS - 1, labels: 1, each: PIXELS }
        );
        let unknown = make(2 * PIXELS, vec![2, 3], 3);
        assert_eq!(unknown, ImageSetError::UnknownClass { position: 1, label: 3, classes: 3 });
        assert_eq!(unknown.to_string(), "label 1 is 3, but only classes 0 to 2 have a name");
        assert_eq!(make(PIXELS, vec![0], 0), ImageSetError::ClassCount { classes: 0 });
        assert_eq!(make(PIXELS, vec![0], 257), ImageSetError::ClassCount { classes: 257 });
    }
}
