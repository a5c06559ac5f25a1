//! Pictures side by side, and one after another.

use gif::{Encoder, EncodingError, Frame, Repeat};

use super::raster;
use crate::spec::Format;

/// Pixels between two pictures of a sheet, in pixels of the pictures.
const GAP: usize = 1;

/// Hundredths of a second that a picture of an animation is shown.
const PACE: u16 = 9;

/// How coarsely colours are looked at when 256 of them are chosen, from 1 to 30.
const QUANTISED: i32 = 10;

/// RGBA, row by row from the top left.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    pub pixels: Vec<u8>,
    pub width: usize,
    pub height: usize,
}

/// Pictures in rows of `columns`, `times` as large, in their own grey or colours, on white.
pub fn sheet(pictures: &[u8], format: Format, columns: usize, times: usize) -> Sheet {
    let count = pictures.len() / format.bytes();
    let own = format.side;
    let (columns, times) = (columns.clamp(1, count.max(1)), times.max(1));
    let side = |n: usize| (n * (own + GAP) + GAP) * times;
    let (width, height) = (side(columns), side(count.div_ceil(columns)));
    let mut pixels = vec![255; width * height * 4];
    for (i, picture) in pictures.chunks_exact(format.bytes()).enumerate() {
        let corner = [side(i % columns), side(i / columns)];
        let rgba = raster::rgba(picture, format);
        for y in 0..own * times {
            for x in 0..own * times {
                let from = (y / times * own + x / times) * 4;
                let at = ((corner[1] + y) * width + corner[0] + x) * 4;
                pixels[at..at + 4].copy_from_slice(&rgba[from..from + 4]);
            }
        }
    }
    Sheet { pixels, width, height }
}

/// The pictures there and back again as an endless GIF, `times` as large, in 256 greys, or in 256 colours each.
///
/// # Errors
/// What the encoder says, for no picture above all.
pub fn animation(pictures: &[u8], format: Format, times: usize) -> Result<Vec<u8>, EncodingError> {
    let greys: Vec<u8> = (0..=255).flat_map(|grey| [grey; 3]).collect();
    let times = times.max(1);
    let side = format.side * times;
    let size = u16::try_from(side).unwrap_or(u16::MAX);
    let frames: Vec<&[u8]> = pictures.chunks_exact(format.bytes()).collect();
    let back = frames.iter().rev().skip(1).take(frames.len().saturating_sub(2));
    let mut file = Vec::new();
    let mut encoder = Encoder::new(&mut file, size, size, &greys)?;
    encoder.set_repeat(Repeat::Infinite)?;
    for picture in frames.iter().chain(back) {
        let small = |i: usize| i / side / times * format.side + i % side / times;
        let mut frame = if format.is_colour() {
            let rgba = raster::rgba(picture, format);
            let large: Vec<u8> = (0..side * side).flat_map(|i| rgba[small(i) * 4..][..3].to_vec()).collect();
            Frame { delay: PACE, ..Frame::from_rgb_speed(size, size, &large, QUANTISED) }
        } else {
            let large = (0..side * side).map(|i| picture[small(i)]).collect::<Vec<u8>>();
            Frame { width: size, height: size, delay: PACE, buffer: large.into(), ..Frame::default() }
        };
        frame.make_lzw_pre_encoded();
        encoder.write_lzw_pre_encoded_frame(&frame)?;
    }
    drop(encoder);
    Ok(file)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::PIXELS;

    #[test]
    fn every_picture_of_a_sheet_is_whole_and_in_its_place() {
        let pictures: Vec<u8> = (0..5u8).flat_map(|i| vec![i * 50; PIXELS]).collect();
        let sheet = sheet(&pictures, Format::GREY_28, 3, 2);
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
        let file = animation(&pictures, Format::GREY_28, 2).expect("three pictures");
        let mut decoder = gif::DecodeOptions::new().read_info(&file[..]).expect("a GIF");
        assert_eq!((decoder.width(), decoder.height()), (56, 56));
        let mut greys = Vec::new();
        while let Some(frame) = decoder.read_next_frame().expect("whole frames") {
            greys.push(frame.buffer[100]);
        }
        assert_eq!(greys, [0, 100, 200, 100]);
    }

    #[test]
    fn colours_stay() {
        let format = Format { side: 32, channels: 3 };
        let picture = |rgb: [u8; 3]| rgb.into_iter().flat_map(|value| [value; 32 * 32]).collect::<Vec<u8>>();
        let pictures = [picture([200, 40, 10]), picture([10, 60, 220])].concat();
        let sheet = sheet(&pictures, format, 2, 1);
        assert_eq!((sheet.width, &sheet.pixels[(sheet.width + 1) * 4..][..4]), (67, &[200, 40, 10, 255][..]));
        let file = animation(&pictures, format, 1).expect("two pictures");
        let mut options = gif::DecodeOptions::new();
        options.set_color_output(gif::ColorOutput::RGBA);
        let mut decoder = options.read_info(&file[..]).expect("a GIF");
        let mut seen = Vec::new();
        while let Some(frame) = decoder.read_next_frame().expect("whole frames") {
            seen.push(frame.buffer[400..403].to_vec());
        }
        let near = |found: &[u8], want: [u8; 3]| found.iter().zip(want).all(|(a, b)| a.abs_diff(b) < 8);
        assert!(seen.len() == 2 && near(&seen[0], [200, 40, 10]) && near(&seen[1], [10, 60, 220]), "{seen:?}");
    }
}
