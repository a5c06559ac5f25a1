//! The header of IDX, MNIST's format, with all its types of elements; [`crate::data::idx`] says more of the format and
//! reads the one shape that the native tool needs.

use std::io::Read;

use super::array::ArrayHead;
use super::element::Element;
use super::refusal::{Cause, Fault};

/// Reads the header and leaves `content` at the first element.
pub fn head(content: &mut dyn Read) -> Result<ArrayHead, Fault> {
    let magic = word(content, 0, 8)?;
    let [first, second, code, dimensions] = magic;
    if (first, second) != (0, 0) {
        return Err(Cause::NotIdx { magic: [first, second] }.into());
    }
    let element = Element::of_idx(code).ok_or(Fault::from(Cause::ElementType { found: code }))?;
    if !(1..=4).contains(&dimensions) {
        return Err(Cause::DimensionCount { found: dimensions.into() }.into());
    }
    let want = 4 + 4 * u64::from(dimensions);
    let mut shape = Vec::new();
    for axis in 0..u64::from(dimensions) {
        shape.push(u32::from_be_bytes(word(content, 4 + 4 * axis, want)?).into());
    }
    Ok(ArrayHead { element, shape, fortran: false, length: want })
}

fn word(content: &mut dyn Read, at: u64, want: u64) -> Result<[u8; 4], Fault> {
    let mut bytes = Vec::with_capacity(4);
    content.take(4).read_to_end(&mut bytes)?;
    let got = at + bytes.len() as u64;
    bytes.try_into().map_err(|_| Cause::HeaderCut { got, want }.into())
}
