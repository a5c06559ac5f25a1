//! numpy's .npz, an archive of .npy (NEP 1, version 1.0): x, uint8 [n, side, side], in colour
//! [n, side, side, 3]; y, uint8 [n]; z, float32 [n, latent]; names, of the classes.

use super::zip::{Deflating, Packed, Zip};
use super::{WriteError, names};
use crate::spec::Format;

/// Numpy leaves room for the first length to grow to so many digits in place.
const GROWTH: usize = 21;

/// The length of a header is a multiple of this.
const ALIGNED: usize = 64;

/// A file in the making: pictures are packed as they come.
pub struct Npz {
    format: Format,
    pictures: Deflating,
    labels: Vec<u8>,
    codes: Vec<u8>,
}

impl Npz {
    /// Of `count` pictures, decoded from points of a space of `latent` dimensions.
    pub fn new(format: Format, count: usize, latent: usize) -> Result<Self, WriteError> {
        let mut pictures = Deflating::default();
        pictures.write(&header("|u1", &shape(format, count)))?;
        Ok(Self { format, pictures, labels: header("|u1", &[count]), codes: header("<f4", &[count, latent]) })
    }

    pub fn add(&mut self, pixels: &[u8], labels: &[u8], z: &[f32]) -> Result<(), WriteError> {
        self.labels.extend(labels);
        self.codes.extend(z.iter().flat_map(|x| x.to_le_bytes()));
        self.pictures.write(&self.format.interleaved(pixels))
    }

    pub fn finish(self, names: &[String]) -> Result<Vec<u8>, WriteError> {
        let mut zip = Zip::default();
        zip.add("x.npy", &self.pictures.finish()?)?;
        zip.add("y.npy", &Packed::deflated(&self.labels)?)?;
        zip.add("z.npy", &Packed::deflated(&self.codes)?)?;
        if !names.is_empty() {
            zip.add("names.npy", &Packed::deflated(&names::array(names))?)?;
        }
        zip.finish()
    }
}

/// Of pictures as numpy and whoever draws them have them: channels last.
pub fn shape(format: Format, count: usize) -> Vec<usize> {
    let Format { side, channels } = format;
    if format.is_colour() { vec![count, side, side, channels] } else { vec![count, side, side] }
}

/// What numpy writes before the numbers of an array in C's order, byte for byte.
pub fn header(descr: &str, shape: &[usize]) -> Vec<u8> {
    let lengths: Vec<String> = shape.iter().map(usize::to_string).collect();
    let tuple = match lengths.as_slice() {
        [one] => format!("({one},)"),
        more => format!("({})", more.join(", ")),
    };
    let mut text = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {tuple}, }}");
    if let Some(first) = lengths.first() {
        text.push_str(&" ".repeat(GROWTH.saturating_sub(first.len())));
    }
    // Magic, version and length are ten bytes, the line's end is one.
    text.push_str(&" ".repeat(ALIGNED - (text.len() + 11) % ALIGNED));
    text.push('\n');
    let mut bytes = b"\x93NUMPY\x01\x00".to_vec();
    // A few lengths are a few dozen bytes.
    bytes.extend((text.len() as u16).to_le_bytes());
    bytes.extend(text.as_bytes());
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    /// As numpy 2.4.6 writes them.
    #[test]
    fn headers_are_numpy_s() {
        let one = b"\x93NUMPY\x01\x00v\x00{'descr': '|u1', 'fortran_order': False, 'shape': (30,), }";
        assert_eq!(header("|u1", &[30]), [&one[..], &[b' '; 59], b"\n"].concat());
        let more = header("<f4", &[10_000, 12]);
        let begins = b"\x93NUMPY\x01\x00v\x00{'descr': '<f4', 'fortran_order': False, 'shape': (10000, 12), }";
        assert!(more.starts_with(begins) && more.len() == 128 && more.ends_with(b" \n"));
    }
}
