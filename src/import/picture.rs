//! Pictures in files of their own: PNG, JPEG, WebP, GIF (its first frame) and BMP, by the crate `image`, which is fuzzed
//! and takes limits.

use std::io::{Cursor, Read};

use image::{DynamicImage, ImageDecoder, ImageReader, Limits};

use super::array::{MAX_PICTURE, MAX_SIDE};
use super::keep::{Keeper, Picture, Pixels};
use super::refusal::{Cause, Fault};
use super::supply::Content;

/// A picture's file at most, in bytes.
const MAX_FILE: u64 = 64 << 20;

/// Reads one picture and hands it to `keeper`. Its sides and its memory are looked at before it is unpacked.
pub fn read(content: &mut Content<'_>, keeper: &mut Keeper) -> Result<(), Fault> {
    let mut file = Vec::new();
    content.by_ref().take(MAX_FILE + 1).read_to_end(&mut file)?;
    if file.len() as u64 > MAX_FILE {
        return Err(Cause::PictureBytes { most: MAX_FILE }.into());
    }
    let decoded = decode(&file)?;
    drop(file);
    let (width, height) = (decoded.width() as usize, decoded.height() as usize);
    let (channels, pixels) = match decoded {
        DynamicImage::ImageLuma8(grey) => (1, grey.into_raw()),
        DynamicImage::ImageLumaA8(grey) => (2, grey.into_raw()),
        DynamicImage::ImageRgb8(colours) => (3, colours.into_raw()),
        other => (4, other.into_rgba8().into_raw()),
    };
    keeper.take(Picture { width, height, channels, pixels: Pixels::Bytes(&pixels) })
}

/// A byte a value, turned as a camera says that it was held.
fn decode(file: &[u8]) -> Result<DynamicImage, Cause> {
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format();
    let mut reader = reader.map_err(|_| Cause::Picture)?;
    let mut limits = Limits::default();
    limits.max_alloc = Some(MAX_PICTURE);
    reader.limits(limits);
    let mut decoder = reader.into_decoder().map_err(|_| Cause::Picture)?;
    let (width, height) = decoder.dimensions();
    let sides = 1..=MAX_SIDE;
    if !sides.contains(&width.into()) || !sides.contains(&height.into()) {
        return Err(Cause::PictureSize { width: width.into(), height: height.into(), most: MAX_SIDE });
    }
    if decoder.total_bytes() > MAX_PICTURE {
        return Err(Cause::PictureBytes { most: MAX_PICTURE });
    }
    let orientation = decoder.orientation().map_err(|_| Cause::Picture)?;
    let mut picture = DynamicImage::from_decoder(decoder).map_err(|_| Cause::Picture)?;
    picture = match picture {
        DynamicImage::ImageLuma16(_) => picture.into_luma8().into(),
        DynamicImage::ImageLumaA16(_) => picture.into_luma_alpha8().into(),
        DynamicImage::ImageRgb16(_) | DynamicImage::ImageRgb32F(_) => picture.into_rgb8().into(),
        other => other,
    };
    picture.apply_orientation(orientation);
    Ok(picture)
}
