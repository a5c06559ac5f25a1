//! The numbers, and the words, that arrays are made of.

use half::f16;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number {
    Bool,
    U8,
    I8,
    U16,
    I16,
    U32,
    I32,
    U64,
    I64,
    F16,
    F32,
    F64,
    /// So many letters at most, of 4 bytes each.
    Letters(u16),
    /// So many bytes of text at most.
    Text(u16),
}

/// A number, or a word, and the order of its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element {
    pub number: Number,
    pub big_endian: bool,
}

impl Element {
    /// IDX's third byte.
    pub fn of_idx(code: u8) -> Option<Self> {
        let number = match code {
            0x08 => Number::U8,
            0x09 => Number::I8,
            0x0b => Number::I16,
            0x0c => Number::I32,
            0x0d => Number::F32,
            0x0e => Number::F64,
            _ => return None,
        };
        Some(Self { number, big_endian: true })
    }

    /// numpy's type string, as "<f4".
    pub fn of_npy(dtype: &str) -> Option<Self> {
        let (order, name) = dtype.split_at_checked(1)?;
        let number = match name {
            "b1" => Number::Bool,
            "u1" => Number::U8,
            "i1" => Number::I8,
            "u2" => Number::U16,
            "i2" => Number::I16,
            "u4" => Number::U32,
            "i4" => Number::I32,
            "u8" => Number::U64,
            "i8" => Number::I64,
            "f2" => Number::F16,
            "f4" => Number::F32,
            "f8" => Number::F64,
            _ => Self::word(name)?,
        };
        matches!(order, "<" | ">" | "|" | "=").then_some(Self { number, big_endian: order == ">" })
    }

    /// "U5" and "S5", of lengths that a name may have.
    fn word(name: &str) -> Option<Number> {
        let (kind, length) = name.split_at_checked(1)?;
        let length = length.parse().ok().filter(|length| (1..=1024).contains(length))?;
        match kind {
            "U" => Some(Number::Letters(length)),
            "S" => Some(Number::Text(length)),
            _ => None,
        }
    }

    /// Bytes of one.
    pub fn size(self) -> usize {
        match self.number {
            Number::Bool | Number::U8 | Number::I8 => 1,
            Number::U16 | Number::I16 | Number::F16 => 2,
            Number::U32 | Number::I32 | Number::F32 => 4,
            Number::U64 | Number::I64 | Number::F64 => 8,
            Number::Letters(most) => 4 * usize::from(most),
            Number::Text(most) => most.into(),
        }
    }

    pub fn is_byte(self) -> bool {
        self.number == Number::U8
    }

    pub fn is_float(self) -> bool {
        matches!(self.number, Number::F16 | Number::F32 | Number::F64)
    }

    pub fn is_word(self) -> bool {
        matches!(self.number, Number::Letters(_) | Number::Text(_))
    }

    /// Lowest and highest value by the type; of fractions 0 and 1, as pictures have them.
    pub fn range(self) -> (f32, f32) {
        match self.number {
            Number::Bool | Number::F16 | Number::F32 | Number::F64 => (0.0, 1.0),
            Number::Letters(_) | Number::Text(_) => (0.0, 0.0),
            Number::U8 => (0.0, 255.0),
            Number::I8 => (-128.0, 127.0),
            Number::U16 => (0.0, 65_535.0),
            Number::I16 => (-32_768.0, 32_767.0),
            Number::U32 => (0.0, u32::MAX as f32),
            Number::I32 => (i32::MIN as f32, i32::MAX as f32),
            Number::U64 => (0.0, u64::MAX as f32),
            Number::I64 => (i64::MIN as f32, i64::MAX as f32),
        }
    }

    /// The number that `bytes`, [`size`](Self::size) of them, say; 0 of any other count, and of words. Whole numbers beyond 2⁵³ are
    /// rounded.
    pub fn value(self, bytes: &[u8]) -> f64 {
        let mut word = [0; 8];
        let size = self.size();
        let Some(low) = word.get_mut(..size).filter(|_| bytes.len() == size) else { return 0.0 };
        low.copy_from_slice(bytes);
        if self.big_endian {
            low.reverse();
        }
        let bits = u64::from_le_bytes(word);
        match self.number {
            Number::Bool => f64::from(u8::from(bits != 0)),
            Number::U8 | Number::U16 | Number::U32 | Number::U64 => bits as f64,
            Number::I8 => f64::from(bits as u8 as i8),
            Number::I16 => f64::from(bits as u16 as i16),
            Number::I32 => f64::from(bits as u32 as i32),
            Number::I64 => bits as i64 as f64,
            Number::F16 => f64::from(f16::from_bits(bits as u16)),
            Number::F32 => f64::from(f32::from_bits(bits as u32)),
            Number::F64 => f64::from_bits(bits),
            Number::Letters(_) | Number::Text(_) => 0.0,
        }
    }

    /// The word that `bytes`, [`size`](Self::size) of them, say, without the zeros that fill them up; none of numbers.
    pub fn word_of(self, bytes: &[u8]) -> String {
        let letter = |four: &[u8]| {
            let code = Self { number: Number::U32, ..self }.value(four) as u32;
            char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER)
        };
        let text = match self.number {
            Number::Letters(_) => bytes.chunks_exact(4).map(letter).collect(),
            Number::Text(_) => String::from_utf8_lossy(bytes).into_owned(),
            _ => String::new(),
        };
        text.trim_end_matches('\0').to_owned()
    }
}
