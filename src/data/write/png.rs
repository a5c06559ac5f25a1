//! A picture as PNG (ISO/IEC 15948): 8 bits of grey, 28×28.
//!
//! Not by the crate `png`, which only the native tool has: four chunks of one kind of picture do not pay for it in what
//! every visitor downloads. Rows are not filtered, for strokes on an even ground deflate better as they are.

use std::io::Write;

use flate2::write::ZlibEncoder;
use flate2::{Compression, Crc};

use super::{WriteError, same};
use crate::spec::{PIXELS, SIDE};

/// The file of a picture: `PIXELS` bytes, rows from the top, 255 is white.
pub fn grey(pixels: &[u8]) -> Result<Vec<u8>, WriteError> {
    same("pixels", pixels.len(), PIXELS)?;
    let mut head = Vec::with_capacity(13);
    head.extend((SIDE as u32).to_be_bytes());
    head.extend((SIDE as u32).to_be_bytes());
    // 8 bits a pixel, grey; deflate, the five filters, not interlaced.
    head.extend([8, 0, 0, 0, 0]);
    let mut rows = ZlibEncoder::new(Vec::new(), Compression::default());
    for row in pixels.chunks_exact(SIDE) {
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

    #[test]
    fn what_is_known_beforehand_is_there() {
        let picture: Vec<u8> = (0..PIXELS).map(|i| (i % 251) as u8).collect();
        let file = grey(&picture).expect("a picture");
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
        let sentence = "783 pixels where 784 are expected";
        assert_eq!(grey(&[0; PIXELS - 1]).expect_err("too few").to_string(), sentence);
    }
}
