//! A picture as PNG (ISO/IEC 15948): 8 bits of grey, or of red, green and blue.
//!
//! Not by the crate `png`, which only the native tool has: four chunks of one kind of picture do not pay for it in what
//! every visitor downloads. Rows are not filtered, for strokes on an even ground deflate better as they are.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::{WriteError, same};
use crate::spec::Format;

/// The file of a picture, planar; 255 is white.
pub fn file(pixels: &[u8], format: Format) -> Result<Vec<u8>, WriteError> {
    same("bytes", pixels.len(), format.bytes())?;
    let side = format.side as u32;
    let mut head = Vec::with_capacity(13);
    head.extend(side.to_be_bytes());
    head.extend(side.to_be_bytes());
    // 8 bits a channel, grey or colour; deflate, the five filters, not interlaced.
    head.extend([8, if format.is_colour() { 2 } else { 0 }, 0, 0, 0]);
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in format.interleaved(pixels).chunks_exact(format.side * format.channels) {
        rows.write_all(&[0])?;
        rows.write_all(row)?;
    }
    let mut file = b"\x89PNG\r\n\x1a\n".to_vec();
    chunk(&mut file, b"IHDR", &head);
    chunk(&mut file, b"IDAT", &rows.finish()?);
    chunk(&mut file, b"IEND", &[]);
    Ok(file)
}

/// The content is of a small picture: its length fits.
fn chunk(file: &mut Vec<u8>, kind: &[u8; 4], content: &[u8]) {
    let mut crc = Crc::new();
    crc.update(kind);
    crc.update(content);
    file.extend((content.len() as u32).to_be_bytes());
    file.extend(kind);
    file.extend(content);
    file.extend(crc.sum().to_be_bytes());
}

#[cfg(test)]
mod tests {
    use std::io::Read;

    use flate2::read::ZlibDecoder;

    use super::*;
    use crate::spec::{PIXELS, SIDE};

    #[test]
    fn what_is_known_beforehand_is_there() {
        let picture: Vec<u8> = (0..PIXELS).map(|i| (i % 251) as u8).collect();
        let file = super::file(&picture, Format::GREY_28).expect("a picture");
        assert_eq!(file[..8], [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a]);
        // The head of MNIST's pictures as any encoder writes it, and the end of every PNG.
        let head = b"\0\0\0\x0dIHDR\0\0\0\x1c\0\0\0\x1c\x08\0\0\0\0\x57\x66\x80\x48";
        assert_eq!(file[8..33], head[..]);
        assert_eq!(file[file.len() - 12..], *b"\0\0\0\0IEND\xae\x42\x60\x82");
        let length = u32::from_be_bytes(file[33..37].try_into().expect("four bytes")) as usize;
        assert_eq!((&file[37..41], file.len()), (&b"IDAT"[..], 33 + 12 + length + 12));
        let mut rows = Vec::new();
        ZlibDecoder::new(&file[41..41 + length]).read_to_end(&mut rows).expect("deflated rows");
        let back: Vec<u8> = rows.chunks_exact(SIDE + 1).flat_map(|row| &row[1..]).copied().collect();
        assert!(back == picture && rows.iter().step_by(SIDE + 1).all(|&filter| filter == 0));
    }

    #[test]
    fn another_size_is_refused() {
        let sentence = "783 bytes where 784 are expected";
        assert_eq!(super::file(&[0; PIXELS - 1], Format::GREY_28).expect_err("too few").to_string(), sentence);
    }
}
