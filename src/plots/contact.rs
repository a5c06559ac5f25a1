//! Pictures of 28×28 side by side, and one after another.

use gif::{Encoder, EncodingError, Frame, Repeat};

use crate::spec::{PIXELS, SIDE};

/// Pixels between two pictures of a sheet, in pixels of the pictures.
const GAP: usize = 1;

/// Hundredths of a second that a picture of an animation is shown.
const PACE: u16 = 9;

/// RGBA, row by row from the top left.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub pixels: Vec<u8>,
    pub width: usize,
    pub height: usize,
}

/// Pictures in rows of `columns`, `times` as large, in their own grey, on white.
///
/// `pictures`: `PIXELS` bytes each.
pub fn sheet(pictures: &[u8], columns: usize, times: usize) -> Sheet {
    let count = pictures.len() / PIXELS;
    let (columns, times) = (columns.clamp(1, count.max(1)), times.max(1));
    let side = |n: usize| (n * (SIDE + GAP) + GAP) * times;
    let (width, height) = (side(columns), side(count.div_ceil(columns)));
    let mut pixels = vec![255; width * height * 4];
    for (i, picture) in pictures.chunks_exact(PIXELS).enumerate() {
        let corner = [side(i % columns), side(i / columns)];
        for y in 0..SIDE * times {
            for x in 0..SIDE * times {
                let value = picture[y / times * SIDE + x / times];
                let at = ((corner[1] + y) * width + corner[0] + x) * 4;
                pixels[at..at + 3].fill(value);
            }
        }
    }
    Sheet { pixels, width, height }
}

/// The pictures there and back again as an endless GIF, `times` as large, in 256 greys.
///
/// # Errors
/// What the encoder says, for no picture above all.
pub fn animation(pictures: &[u8], times: usize) -> Result<Vec<u8>, EncodingError> {
    let greys: Vec<u8> = (0..=255).flat_map(|grey| [grey; 3]).collect();
    let side = SIDE * times.max(1);
    let size = u16::try_from(side).unwrap_or(u16::MAX);
    let frames: Vec<&[u8]> = pictures.chunks_exact(PIXELS).collect();
    let back = frames.iter().rev().skip(1).take(frames.len().saturating_sub(2));
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, size, size, &greys)?;
    encoder.set_repeat(Repeat::Infinite)?;
    for picture in frames.iter().chain(back) {
        let large = (0..side * side).map(|i| picture[i / side / times.max(1) * SIDE + i % side / times.max(1)]);
        let mut frame = Frame { width: size, height: size, delay: PACE, buffer: large.collect(), ..Frame::default() };
        frame.make_lzw_pre_encoded();
        encoder.write_lzw_pre_encoded_frame(&frame)?;
    }
    drop(encoder);
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_picture_of_a_sheet_is_whole_and_in_its_place() {
        let pictures: Vec<u8> = (0..5u8).flat_map(|i| vec![i * 50; PIXELS]).collect();
        let sheet = sheet(&pictures, 3, 2);
        assert_eq!((sheet.width, sheet.height), ((3 * 29 + 1) * 2, (2 * 29 + 1) * 2));
        let at = |x: usize, y: usize| sheet.pixels[(y * sheet.width + x) * 4..][..4].to_vec();
        assert_eq!(at(30, 30), [0, 0, 0, 255]);
        assert_eq!(at(30 + 2 * 58, 30), [100, 100, 100, 255]);
        assert_eq!(at(30 + 58, 30 + 58), [200, 200, 200, 255]);
        assert_eq!(at(30 + 2 * 58, 30 + 58), [255; 4], "there is no sixth");
    }

    /// Read back with the same crate's decoder.
    #[test]
    fn an_animation_goes_there_and_back() {
        let pictures: Vec<u8> = (0..3u8).flat_map(|i| vec![i * 100; PIXELS]).collect();
        let file = animation(&pictures, 2).expect("three pictures");
        let mut decoder = gif::DecodeOptions::new().read_info(&file[..]).expect("a GIF");
        assert_eq!((decoder.width(), decoder.height()), (56, 56));
        let mut greys = Vec::new();
        while let Some(frame) = decoder.read_next_frame().expect("whole frames") {
            greys.push(frame.buffer[100]);
        }
        assert_eq!(greys, [0, 100, 200, 100]);
    }
}
