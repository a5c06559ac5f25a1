//! The header of numpy's .npy (NEP 1, versions 1 to 3): a magic, a length, and a Python dictionary of three keys.
//!
//! Not by the crate `npyz`: it takes the memory that a header claims, four gigabytes of it, and reads the dictionary by
//! recursion, so that a header of brackets overflows the stack.

use std::io::Read;

use super::array::ArrayHead;
use super::element::Element;
use super::refusal::{Cause, Fault};

/// A header at most, in bytes; numpy itself writes some 128.
const MAX_HEADER: u64 = 1 << 16;

/// No more axes than numpy has.
const MAX_AXES: usize = 64;

/// Reads the header and leaves `content` at the first element.
pub fn head(content: &mut dyn Read) -> Result<ArrayHead, Fault> {
    let start = bytes(content, 8, 0)?;
    let major = start.get(6).copied().unwrap_or(0);
    if !start.starts_with(b"\x93NUMPY") {
        return Err(Fault::at_byte(0, Cause::NpyHeader));
    }
    let size = match major {
        1 => 2,
        2 | 3 => 4,
        _ => return Err(Cause::NpyVersion { major }.into()),
    };
    let length = bytes(content, size, 8)?.iter().rev().fold(0, |sum, &byte| sum << 8 | u64::from(byte));
    if length > MAX_HEADER {
        return Err(Cause::HeaderLimit { length, most: MAX_HEADER }.into());
    }
    let at = 8 + size;
    let text = bytes(content, length, at)?;
    let mut dictionary = Dictionary { text: &text, at: 0, descr: None, fortran: None, shape: None };
    dictionary.read().map_err(|fault| match fault {
        Wrong::Syntax => Fault::at_byte(at + dictionary.at as u64, Cause::NpyHeader),
        Wrong::Structured => Cause::Dtype { dtype: "a structure".into() }.into(),
    })?;
    let missing = || Fault::at_byte(at, Cause::NpyHeader);
    let descr = dictionary.descr.take().ok_or_else(missing)?;
    if descr.contains('O') {
        return Err(Cause::Objects.into());
    }
    let Some(element) = Element::of_npy(&descr) else { return Err(Cause::Dtype { dtype: descr }.into()) };
    let fortran = dictionary.fortran.ok_or_else(missing)?;
    let shape = dictionary.shape.take().ok_or_else(missing)?;
    let head = ArrayHead { element, shape, fortran, length: at + length };
    // Words are labels or nothing.
    if element.is_word() && head.labels().is_none() {
        return Err(Cause::Dtype { dtype: descr }.into());
    }
    Ok(head)
}

/// Exactly `count` bytes; the caller has bounded it. `at`: how many there were before.
fn bytes(content: &mut dyn Read, count: u64, at: u64) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    content.take(count).read_to_end(&mut bytes)?;
    let got = bytes.len() as u64;
    if got == count { Ok(bytes) } else { Err(Cause::HeaderCut { got: at + got, want: at + count }.into()) }
}

enum Wrong {
    Syntax,
    /// `descr` is a list: an array of records.
    Structured,
}

/// As much of Python as the header needs, read from front to back without looking back.
struct Dictionary<'a> {
    text: &'a [u8],
    at: usize,
    descr: Option<String>,
    fortran: Option<bool>,
    shape: Option<Vec<u64>>,
}

impl<'a> Dictionary<'a> {
    fn read(&mut self) -> Result<(), Wrong> {
        self.expect(b'{')?;
        while !self.skip(b'}') {
            let key = self.string()?;
            self.expect(b':')?;
            match key {
                b"descr" if self.peek() == Some(b'[') => return Err(Wrong::Structured),
                b"descr" => self.descr = Some(self.string()?.iter().take(16).map(|&byte| char::from(byte)).collect()),
                b"fortran_order" => self.fortran = Some(self.truth()?),
                b"shape" => self.shape = Some(self.tuple()?),
                _ => return Err(Wrong::Syntax),
            }
            if !self.skip(b',') {
                self.expect(b'}')?;
                break;
            }
        }
        Ok(())
    }

    fn peek(&mut self) -> Option<u8> {
        while self.text.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.text.get(self.at).copied()
    }

    fn skip(&mut self, sign: u8) -> bool {
        let there = self.peek() == Some(sign);
        self.at += usize::from(there);
        there
    }

    fn expect(&mut self, sign: u8) -> Result<(), Wrong> {
        if self.skip(sign) { Ok(()) } else { Err(Wrong::Syntax) }
    }

    /// Bytes up to the first that `ends`.
    fn until(&mut self, ends: impl Fn(u8) -> bool) -> &'a [u8] {
        let rest = self.text.get(self.at..).unwrap_or_default();
        let length = rest.iter().position(|&byte| ends(byte)).unwrap_or(rest.len());
        self.at += length;
        rest.get(..length).unwrap_or_default()
    }

    fn string(&mut self) -> Result<&'a [u8], Wrong> {
        let quote = self.peek().filter(|quote| b"'\"".contains(quote)).ok_or(Wrong::Syntax)?;
        self.at += 1;
        let text = self.until(|byte| byte == quote);
        self.expect(quote)?;
        Ok(text)
    }

    fn truth(&mut self) -> Result<bool, Wrong> {
        self.peek();
        match self.until(|byte| !byte.is_ascii_alphabetic()) {
            b"True" => Ok(true),
            b"False" => Ok(false),
            _ => Err(Wrong::Syntax),
        }
    }

    fn tuple(&mut self) -> Result<Vec<u64>, Wrong> {
        self.expect(b'(')?;
        let mut lengths = Vec::new();
        while !self.skip(b')') {
            let digits = self.until(|byte| !byte.is_ascii_digit());
            let length = str::from_utf8(digits).ok().and_then(|digits| digits.parse().ok()).ok_or(Wrong::Syntax)?;
            // Python 2 wrote long integers with an L.
            self.skip(b'L');
            if lengths.len() == MAX_AXES {
                return Err(Wrong::Syntax);
            }
            lengths.push(length);
            if !self.skip(b',') {
                self.expect(b')')?;
                break;
            }
        }
        Ok(lengths)
    }
}
