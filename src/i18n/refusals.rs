//! Why a file was not read, or did not come, in the page's language: one sentence that names the file, the place in it and
//! the cause.

use super::{Locale, count, say};
use crate::data::brought::{Cause, Foreign, Place, Refusal};
use crate::data::model_file::ModelFileError;
use crate::data::own_head::OwnHeadError;
use crate::data::published::{Missed, PublishedFile};
use crate::data::session_file::SessionFileError;

pub fn sentence(l: Locale, refusal: &Refusal) -> String {
    let mut at: Vec<String> = Some(refusal.file.clone()).into_iter().filter(|file| !file.is_empty()).collect();
    at.extend(refusal.entry.clone());
    at.extend(place(l, refusal.place));
    let cause = cause(l, &refusal.cause);
    if at.is_empty() {
        return say!(l, refused, cause = cause);
    }
    say!(l, refused_at, at = at.join(", "), cause = cause)
}

fn place(l: Locale, place: Place) -> Option<String> {
    Some(match place {
        Place::Whole => return None,
        Place::Byte { at } => say!(l, place_byte, at = whole(at)),
        Place::Row { row } => say!(l, place_row, row = whole(row)),
        Place::Cell { row, column } => say!(l, place_cell, row = whole(row), column = whole(column)),
        Place::Picture { number } => say!(l, place_picture, number = whole(number)),
    })
}

fn cause(l: Locale, cause: &Cause) -> String {
    match cause {
        Cause::Cancelled => say!(l, refused_cancelled).to_owned(),
        Cause::NoFiles => say!(l, refused_no_files).to_owned(),
        Cause::NothingToRead => say!(l, refused_nothing_to_read).to_owned(),
        Cause::NotAlone => say!(l, refused_not_alone).to_owned(),
        Cause::Unreadable => say!(l, refused_unreadable).to_owned(),
        Cause::OutOfMemory => say!(l, refused_out_of_memory).to_owned(),
        Cause::Damaged => say!(l, refused_damaged).to_owned(),
        Cause::Bomb { most } => say!(l, refused_bomb, most = whole(*most)),
        Cause::HeaderCut { got, want } => {
            say!(l, refused_header_cut, got = whole(*got), want = whole(*want))
        }
        Cause::ElementType { found } => say!(l, refused_element_type, found = format!("0x{found:02x}")),
        Cause::DimensionCount { found } => say!(l, refused_dimension_count, found = whole(*found)),
        Cause::NpyVersion { major } => say!(l, refused_npy_version, major = whole(*major)),
        Cause::HeaderLimit { length, most } => {
            say!(l, refused_header_limit, length = whole(*length), most = whole(*most))
        }
        Cause::NpyHeader => say!(l, refused_npy_header).to_owned(),
        Cause::Dtype { dtype } => say!(l, refused_dtype, dtype = dtype),
        Cause::NotPictures { shape } => say!(l, refused_not_pictures, shape = dimensions(shape)),
        Cause::NotSquare { columns } => say!(l, refused_not_square, columns = whole(*columns)),
        Cause::NotAsStated { columns, height, width, channels } => say!(
            l,
            refused_not_as_stated,
            columns = whole(*columns),
            height = whole(*height),
            width = whole(*width),
            channels = whole(*channels)
        ),
        Cause::PictureSize { width, height, most } => {
            say!(l, refused_picture_size, width = whole(*width), height = whole(*height), most = whole(*most))
        }
        Cause::ItemCount { found, most } => {
            say!(l, refused_item_count, found = whole(*found), most = whole(*most))
        }
        Cause::ContentLimit { want, most } => {
            say!(l, refused_content_limit, want = whole(*want), most = whole(*most))
        }
        Cause::ContentCut { got, want } => {
            say!(l, refused_content_cut, got = whole(*got), want = whole(*want))
        }
        Cause::Trailing { want } => say!(l, refused_trailing, want = whole(*want)),
        Cause::NotFinite => say!(l, refused_not_finite).to_owned(),
        Cause::OnlyLabels { labels } => say!(l, refused_only_labels, labels = whole(*labels)),
        Cause::CountMismatch { pictures, labels } => {
            say!(l, refused_count_mismatch, pictures = whole(*pictures), labels = whole(*labels))
        }
        Cause::ShapeWanted => say!(l, refused_shape_wanted).to_owned(),
        Cause::RawLength { length, size } => {
            say!(l, refused_raw_length, length = whole(*length), size = whole(*size))
        }
        Cause::NoRows => say!(l, refused_no_rows).to_owned(),
        Cause::RowLength { found, want } => {
            say!(l, refused_row_length, found = whole(*found), want = whole(*want))
        }
        Cause::RowLimit { most } => say!(l, refused_row_limit, most = whole(*most)),
        Cause::NotNumber { text } => say!(l, refused_not_number, text = text),
        Cause::Directory => say!(l, refused_directory).to_owned(),
        Cause::EntryCount { found, most } => {
            say!(l, refused_entry_count, found = whole(*found), most = whole(*most))
        }
        Cause::UnsafeName => say!(l, refused_unsafe_name).to_owned(),
        Cause::Encrypted => say!(l, refused_encrypted).to_owned(),
        Cause::Method { method } => say!(l, refused_method, method = whole(*method)),
        Cause::Nested => say!(l, refused_nested).to_owned(),
        Cause::Foreign { format: of } => say!(l, refused_foreign, format = foreign(l, *of)),
        Cause::Picture => say!(l, refused_picture).to_owned(),
        Cause::PictureBytes { most } => say!(l, refused_picture_bytes, most = whole(*most)),
        Cause::Side { side } => say!(l, refused_side, side = whole(*side)),
        Cause::TooFew => say!(l, refused_too_few).to_owned(),
        Cause::NotIdx { magic: [a, b] } => say!(l, refused_not_idx, magic = format!("{a:02x} {b:02x}")),
        Cause::Objects => say!(l, refused_objects).to_owned(),
        Cause::Pickle => say!(l, refused_pickle).to_owned(),
    }
}

fn foreign(l: Locale, format: Foreign) -> &'static str {
    match format {
        Foreign::Tar => say!(l, foreign_tar),
        Foreign::SevenZip => say!(l, foreign_7z),
        Foreign::Rar => say!(l, foreign_rar),
        Foreign::Hdf5 => say!(l, foreign_hdf5),
        Foreign::Matlab => say!(l, foreign_matlab),
        Foreign::Parquet => say!(l, foreign_parquet),
        Foreign::Tiff => say!(l, foreign_tiff),
        Foreign::Pdf => say!(l, foreign_pdf),
    }
}

/// 60,000, grouped as the page groups.
fn whole(number: impl Into<u64>) -> String {
    let number = number.into();
    usize::try_from(number).map_or_else(|_| number.to_string(), count)
}

/// 60000×28×28.
fn dimensions(shape: &[u64]) -> String {
    let lengths: Vec<String> = shape.iter().map(u64::to_string).collect();
    if lengths.is_empty() { "()".into() } else { lengths.join("×") }
}

/// Why a model file was not taken.
pub fn model(l: Locale, file: &str, why: &ModelFileError) -> String {
    say!(l, refused_at, at = file, cause = no_model(l, why))
}

fn no_model(l: Locale, why: &ModelFileError) -> String {
    match why {
        ModelFileError::Cut { got, want } => say!(l, refused_content_cut, got = whole(*got), want = whole(*want)),
        ModelFileError::Unreadable(_) => say!(l, model_unreadable).to_owned(),
        ModelFileError::Spec { key, .. } => say!(l, model_spec, key = key),
        ModelFileError::Flaw(_) => say!(l, model_flaw).to_owned(),
        ModelFileError::Missing { name, expected } => say!(l, model_missing, name = name, expected = expected),
        ModelFileError::Extra { name, .. } => say!(l, model_extra, name = name),
        ModelFileError::Shape { name, found, expected } => {
            say!(l, model_shape, name = name, found = sizes(found), expected = expected)
        }
        ModelFileError::Type { name, found } => say!(l, model_type, name = name, found = format!("{found:?}")),
        ModelFileError::NotFinite { name, at, .. } => say!(l, model_not_finite, name = name, at = at),
    }
}

/// Why a session file was not taken.
pub fn session(l: Locale, file: &str, why: &SessionFileError) -> String {
    say!(l, refused_at, at = file, cause = no_session(l, why))
}

fn no_session(l: Locale, why: &SessionFileError) -> String {
    match why {
        SessionFileError::Cut { got, want } => say!(l, refused_content_cut, got = whole(*got), want = whole(*want)),
        SessionFileError::Unreadable(_) => say!(l, model_unreadable).to_owned(),
        SessionFileError::NoSession => say!(l, session_none).to_owned(),
        SessionFileError::TooLarge { most } => say!(l, session_too_large, most = whole(*most / 1_000_000)),
        SessionFileError::Newer { found } => say!(l, session_newer, found = found),
        SessionFileError::Head(_) => say!(l, session_head).to_owned(),
        SessionFileError::Log(_) => say!(l, session_log).to_owned(),
        SessionFileError::Flaw { step, .. } => say!(l, session_flaw, step = whole(*step)),
        SessionFileError::Missing { name } => say!(l, session_missing, name = name),
        SessionFileError::Shape { name, found, expected } => {
            say!(l, session_shape, name = name, found = found, expected = expected)
        }
        SessionFileError::NotFinite { name } => say!(l, session_not_finite, name = name),
        SessionFileError::Pictures(OwnHeadError::Format { side, channels }) => {
            say!(l, session_format, side = side, channels = channels)
        }
        SessionFileError::Pictures(OwnHeadError::Classes { .. } | OwnHeadError::Own(_)) => {
            say!(l, session_pictures).to_owned()
        }
        SessionFileError::OtherPictures => say!(l, session_other_pictures).to_owned(),
    }
}

fn sizes(shape: &[usize]) -> String {
    dimensions(&shape.iter().map(|&length| length as u64).collect::<Vec<_>>())
}

/// Why a published file did not come from where it was looked for.
pub fn missed(l: Locale, file: PublishedFile, from: &str, why: &Missed) -> String {
    let cause = match why {
        Missed::Address => say!(l, missed_address).to_owned(),
        Missed::Unreachable => say!(l, missed_unreachable).to_owned(),
        Missed::Status { status: 404 } => say!(l, missed_not_there).to_owned(),
        Missed::Status { status } => say!(l, missed_status, status = status),
        Missed::Cut { got, want } => say!(l, missed_cut, got = whole(*got), want = whole(*want)),
        Missed::Sum => say!(l, missed_sum).to_owned(),
        Missed::OutOfMemory => say!(l, refused_out_of_memory).to_owned(),
    };
    say!(l, missed, file = file.name, from = from, cause = cause)
}
