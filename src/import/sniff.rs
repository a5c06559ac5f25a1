//! What a file is: by its first bytes, and only where they say nothing by its name.

use crate::data::brought::Foreign;

/// As many first bytes as [`sniff`] looks at; a tar says what it is at byte 257.
pub const HEAD: usize = 512;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Idx,
    Npy,
    Table,
    /// PNG, JPEG, WebP, GIF or BMP.
    Picture,
    /// Also .npz, which is one.
    Zip,
    Gzip,
    /// Bytes without a header, known only by their name.
    Raw,
    Pickle,
    Foreign(Foreign),
    Unknown,
}

/// `head`: the first bytes of the file, up to [`HEAD`]. `path`: its name.
pub fn sniff(head: &[u8], path: &str) -> Kind {
    by_content(head)
        .or_else(|| by_name(path))
        .unwrap_or_else(|| if is_text(head) { Kind::Table } else { Kind::Unknown })
}

fn by_content(head: &[u8]) -> Option<Kind> {
    let starts: [(&[u8], Kind); 19] = [
        (b"\x93NUMPY", Kind::Npy),
        (b"\x89PNG\r\n\x1a\n", Kind::Picture),
        (b"\xff\xd8\xff", Kind::Picture),
        (b"GIF87a", Kind::Picture),
        (b"GIF89a", Kind::Picture),
        (b"PK\x03\x04", Kind::Zip),
        (b"PK\x05\x06", Kind::Zip),
        (b"\x1f\x8b", Kind::Gzip),
        (b"\x80\x02", Kind::Pickle),
        (b"\x80\x03", Kind::Pickle),
        (b"\x80\x04", Kind::Pickle),
        (b"\x80\x05", Kind::Pickle),
        (b"7z\xbc\xaf\x27\x1c", Kind::Foreign(Foreign::SevenZip)),
        (b"Rar!\x1a\x07", Kind::Foreign(Foreign::Rar)),
        (b"\x89HDF\r\n\x1a\n", Kind::Foreign(Foreign::Hdf5)),
        (b"MATLAB 5.0", Kind::Foreign(Foreign::Matlab)),
        (b"PAR1", Kind::Foreign(Foreign::Parquet)),
        (b"II*\0", Kind::Foreign(Foreign::Tiff)),
        (b"%PDF-", Kind::Foreign(Foreign::Pdf)),
    ];
    if let Some((_, kind)) = starts.iter().find(|(start, _)| head.starts_with(start)) {
        return Some(*kind);
    }
    if head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WEBP") {
        return Some(Kind::Picture);
    }
    // Two letters are a weak sign; the four reserved bytes of the header are zero.
    if head.starts_with(b"BM") && head.get(6..10) == Some(&[0; 4]) {
        return Some(Kind::Picture);
    }
    if head.get(257..262) == Some(b"ustar") {
        return Some(Kind::Foreign(Foreign::Tar));
    }
    match head {
        [0, 0, 0x08 | 0x09 | 0x0b..=0x0e, 1..=4, ..] => Some(Kind::Idx),
        _ => None,
    }
}

/// By the ending alone; also what stands for a look inside where there are thousands of files.
pub fn by_name(path: &str) -> Option<Kind> {
    let name = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let ending = name.rsplit_once('.').map_or("", |(_, ending)| ending);
    Some(match ending {
        "png" | "jpg" | "jpeg" | "jfif" | "webp" | "gif" | "bmp" => Kind::Picture,
        "npy" => Kind::Npy,
        "npz" | "zip" => Kind::Zip,
        "gz" => Kind::Gzip,
        "csv" | "tsv" => Kind::Table,
        "raw" | "bin" | "dat" => Kind::Raw,
        "pkl" | "pickle" => Kind::Pickle,
        "tar" => Kind::Foreign(Foreign::Tar),
        "7z" => Kind::Foreign(Foreign::SevenZip),
        "rar" => Kind::Foreign(Foreign::Rar),
        "h5" | "hdf5" => Kind::Foreign(Foreign::Hdf5),
        "mat" => Kind::Foreign(Foreign::Matlab),
        "parquet" => Kind::Foreign(Foreign::Parquet),
        "tif" | "tiff" => Kind::Foreign(Foreign::Tiff),
        _ if name.ends_with("-ubyte") || name.ends_with(".ubyte") || ending == "idx" => Kind::Idx,
        _ => return None,
    })
}

/// Numbers between delimiters, as a table without an ending has them. Prose has no digit, or a letter more often.
fn is_text(head: &[u8]) -> bool {
    let printable = head.iter().all(|&byte| matches!(byte, b'\t' | b'\n' | b'\r' | b' '..=b'~'));
    let digits = head.iter().filter(|byte| byte.is_ascii_digit()).count();
    let letters = head.iter().filter(|byte| byte.is_ascii_alphabetic()).count();
    printable && digits > letters && head.iter().any(|byte| b",;\t".contains(byte))
}

/// What systems leave in folders: neither data nor worth a word of its own.
pub fn is_litter(path: &str) -> bool {
    path.split('/').any(|part| {
        part.starts_with('.') || matches!(part, "__MACOSX" | "Thumbs.db" | "thumbs.db" | "desktop.ini" | "Icon\r")
    })
}
