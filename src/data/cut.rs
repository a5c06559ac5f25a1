//! Whether a safetensors file ends before its own head says that it does.

use serde::Deserialize;

/// Bytes of the length that comes first, and the longest head that a reader takes.
const LENGTH: usize = 8;
const LONGEST: u64 = 100_000_000;

#[derive(Deserialize)]
struct Entry {
    data_offsets: [u64; 2],
}

/// How many bytes there are, and how many there should be; nothing where none are missing, or where there is no head to say
/// so. Of a head that is itself cut short, no more than its end is known.
pub fn cut(file: &[u8]) -> Option<[u64; 2]> {
    let (length, rest) = file.split_first_chunk::<LENGTH>()?;
    let (length, got) = (u64::from_le_bytes(*length), file.len() as u64);
    if rest.first() != Some(&b'{') || length > LONGEST {
        return None;
    }
    let content = length.checked_add(LENGTH as u64)?;
    let want = match usize::try_from(length).ok().and_then(|length| rest.get(..length)) {
        None => content,
        Some(head) => content.checked_add(end(head)?)?,
    };
    (got < want).then_some([got, want])
}

/// Where the last tensor of a head ends, counted from the head's own end.
fn end(head: &[u8]) -> Option<u64> {
    let head: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(head).ok()?;
    let tensors = head.into_iter().filter(|(name, _)| name != "__metadata__");
    let ends = tensors.map(|(_, entry)| Entry::deserialize(entry).ok().map(|entry| entry.data_offsets[1]));
    ends.collect::<Option<Vec<_>>>()?.into_iter().max()
}

#[cfg(test)]
mod tests {
    use super::*;
    use safetensors::tensor::TensorView;
    use safetensors::{Dtype, serialize};

    #[test]
    fn every_cut_is_told_with_what_is_missing() {
        let bytes = [1u8; 24];
        let tensors =
            [("a", 8), ("b", 16)].map(|(name, n)| (name, TensorView::new(Dtype::U8, vec![n], &bytes[..n]).unwrap()));
        let file = serialize(tensors, None).unwrap();
        let head = file.len() - bytes.len();
        assert_eq!(cut(&file), None);
        assert_eq!(cut(&[&file[..], b"more"].concat()), None);
        for end in 0..file.len() {
            let (got, whole, head) = (end as u64, file.len() as u64, head as u64);
            let want = match end {
                ..=8 => None,
                _ if got < head => Some([got, head]),
                _ => Some([got, whole]),
            };
            assert_eq!(cut(&file[..end]), want, "at {end}");
        }
    }

    #[test]
    fn what_has_no_head_is_not_cut() {
        assert_eq!(cut(b"no tensors at all"), None);
        assert_eq!(cut(&[&u64::MAX.to_le_bytes()[..], b"{}"].concat()), None);
        assert_eq!(cut(&[&(LONGEST + 1).to_le_bytes()[..], b"{}"].concat()), None);
        assert_eq!(cut(&[&2u64.to_le_bytes()[..], b"[]"].concat()), None);
        assert_eq!(cut(&[&2u64.to_le_bytes()[..], b"{}"].concat()), None);
    }
}
