//! Sets that others publish, each as the four files that MNIST is: where they are to be had, and how it is told that what
//! came is what was published.
//!
//! Lengths and sums are those of TensorFlow Datasets; the files that they fit also have the MD5 sums that torchvision and
//! the publishers name.

use sha2::{Digest, Sha256};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Published {
    Mnist,
    Fashion,
    Kuzushiji,
}

/// One of a set's files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PublishedFile {
    pub name: &'static str,
    pub bytes: u64,
    /// SHA-256, in hexadecimal.
    pub sum: &'static str,
}

const fn file(name: &'static str, bytes: u64, sum: &'static str) -> PublishedFile {
    PublishedFile { name, bytes, sum }
}

const TRAIN_IMAGES: &str = "train-images-idx3-ubyte.gz";
const TRAIN_LABELS: &str = "train-labels-idx1-ubyte.gz";
const TEST_IMAGES: &str = "t10k-images-idx3-ubyte.gz";
const TEST_LABELS: &str = "t10k-labels-idx1-ubyte.gz";

impl Published {
    pub const ALL: [Self; 3] = [Self::Mnist, Self::Fashion, Self::Kuzushiji];

    /// Its name in storage and in lists of choices.
    pub fn id(self) -> &'static str {
        match self {
            Self::Mnist => "mnist",
            Self::Fashion => "fashion",
            Self::Kuzushiji => "kmnist",
        }
    }

    /// As its publishers call it.
    pub fn title(self) -> &'static str {
        match self {
            Self::Mnist => "MNIST",
            Self::Fashion => "Fashion-MNIST",
            Self::Kuzushiji => "Kuzushiji-MNIST",
        }
    }

    /// Where its files are: its publisher's place, or, of MNIST, whose own no longer hands them out, a copy that much
    /// teaching material uses.
    pub fn base(self) -> &'static str {
        match self {
            Self::Mnist => "https://raw.githubusercontent.com/fgnt/mnist/master/",
            Self::Fashion => "https://raw.githubusercontent.com/zalandoresearch/fashion-mnist/master/data/fashion/",
            Self::Kuzushiji => "https://codh.rois.ac.jp/kmnist/dataset/kmnist/",
        }
    }

    pub fn files(self) -> [PublishedFile; 4] {
        match self {
            Self::Mnist => [
                file(TRAIN_IMAGES, 9_912_422, "440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609"),
                file(TRAIN_LABELS, 28_881, "3552534a0a558bbed6aed32b30c495cca23d567ec52cac8be1a0730e8010255c"),
                file(TEST_IMAGES, 1_648_877, "8d422c7b0a1c1c79245a5bcf07fe86e33eeafee792b84584aec276f5a2dbc4e6"),
                file(TEST_LABELS, 4542, "f7ae60f92e00ec6debd23a6088c31dbd2371eca3ffa0defaefb259924204aec6"),
            ],
            Self::Fashion => [
                file(TRAIN_IMAGES, 26_421_880, "3aede38d61863908ad78613f6a32ed271626dd12800ba2636569512369268a84"),
                file(TRAIN_LABELS, 29_515, "a04f17134ac03560a47e3764e11b92fc97de4d1bfaf8ba1a3aa29af54cc90845"),
                file(TEST_IMAGES, 4_422_102, "346e55b948d973a97e58d2351dde16a484bd415d4595297633bb08f03db6a073"),
                file(TEST_LABELS, 5148, "67da17c76eaffca5446c3361aaab5c3cd6d1c2608764d35dfb1850b086bf8dd5"),
            ],
            Self::Kuzushiji => [
                file(TRAIN_IMAGES, 18_165_135, "51467d22d8cc72929e2a028a0428f2086b092bb31cfb79c69cc0a90ce135fde4"),
                file(TRAIN_LABELS, 29_497, "e38f9ebcd0f3ebcdec7fc8eabdcdaef93bb0df8ea12bee65224341c8183d8e17"),
                file(TEST_IMAGES, 3_041_136, "edd7a857845ad6bb1d0ba43fe7e794d164fe2dce499a1694695a792adfac43c5"),
                file(TEST_LABELS, 5120, "20bb9a0ef54c7db3efc55a92eef5582c109615df22683c380526788f98e42a1c"),
            ],
        }
    }

    pub fn bytes(self) -> u64 {
        self.files().iter().map(|file| file.bytes).sum()
    }
}

/// Why a file did not come.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Missed {
    #[error("this is no address that begins with http:// or https://")]
    Address,
    #[error("no connection, or the place does not let pages of others read it")]
    Unreachable,
    #[error("the place answers {status}")]
    Status { status: u16 },
    #[error("the file is cut short: {got} of its {want} bytes came")]
    Cut { got: u64, want: u64 },
    #[error("this is another file than the published one")]
    Sum,
    #[error("there is not enough memory for it")]
    OutOfMemory,
}

/// Counts and sums a file as it comes.
pub struct Check {
    file: PublishedFile,
    got: u64,
    sum: Sha256,
}

impl Check {
    pub fn of(file: PublishedFile) -> Self {
        Self { file, got: 0, sum: Sha256::new() }
    }

    /// # Errors
    /// `Sum` as soon as more has come than the file has.
    pub fn add(&mut self, bytes: &[u8]) -> Result<(), Missed> {
        self.got = self.got.saturating_add(bytes.len() as u64);
        if self.got > self.file.bytes {
            return Err(Missed::Sum);
        }
        self.sum.update(bytes);
        Ok(())
    }

    pub fn got(&self) -> u64 {
        self.got
    }

    /// # Errors
    /// `Cut` when less came than was published, `Sum` when it was something else.
    pub fn finish(self) -> Result<(), Missed> {
        if self.got < self.file.bytes {
            return Err(Missed::Cut { got: self.got, want: self.file.bytes });
        }
        let sum: String = self.sum.finalize().iter().map(|byte| format!("{byte:02x}")).collect();
        if sum == self.file.sum { Ok(()) } else { Err(Missed::Sum) }
    }
}

/// The address of a file below a base, however that ends.
pub fn address(base: &str, file: PublishedFile) -> Result<String, Missed> {
    let base = base.trim();
    let begins = |scheme: &str| base.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme));
    if !begins("http://") && !begins("https://") {
        return Err(Missed::Address);
    }
    Ok(format!("{}/{}", base.trim_end_matches('/'), file.name))
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::*;
    use crate::data::idx::tests::data_folder;

    fn checked(file: PublishedFile, bytes: &[u8]) -> Result<(), Missed> {
        let mut check = Check::of(file);
        bytes.chunks(1000).try_for_each(|chunk| check.add(chunk))?;
        check.finish()
    }

    /// "abc" has the sum that FIPS 180-4 gives as its first example.
    const ABC: PublishedFile = file("abc", 3, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");

    #[test]
    fn a_file_is_told_from_others() {
        assert_eq!(checked(ABC, b"abc"), Ok(()));
        assert_eq!(checked(ABC, b"abd"), Err(Missed::Sum));
        assert_eq!(checked(ABC, b"ab"), Err(Missed::Cut { got: 2, want: 3 }));
        assert_eq!(checked(ABC, b"abcd"), Err(Missed::Sum));
        assert_eq!(checked(ABC, b""), Err(Missed::Cut { got: 0, want: 3 }));
    }

    #[test]
    fn addresses_are_of_the_web() {
        for base in ["http://a.b/c", "http://a.b/c/", " HTTP://a.b/c// "] {
            assert!(address(base, ABC).expect("an address").eq_ignore_ascii_case("http://a.b/c/abc"), "{base}");
        }
        for base in ["", "a.b/c", "file:///c", "ftp://a.b", "javascript:1", "hé"] {
            assert_eq!(address(base, ABC), Err(Missed::Address), "{base}");
        }
        for set in Published::ALL {
            assert!(address(set.base(), ABC).is_ok_and(|address| address.starts_with("https://")), "{set:?}");
        }
    }

    #[test]
    fn every_file_is_described_once() {
        let all: Vec<PublishedFile> = Published::ALL.iter().flat_map(|set| set.files()).collect();
        for (at, one) in all.iter().enumerate() {
            assert!(one.sum.len() == 64 && one.sum.bytes().all(|digit| digit.is_ascii_hexdigit()), "{one:?}");
            assert!(all.iter().skip(at + 1).all(|other| other.sum != one.sum), "{one:?}");
        }
    }

    /// Of the sets that are here the sums are held against the files.
    #[test]
    fn the_files_have_these_sums() {
        for set in Published::ALL {
            let Some(folder) = data_folder(set.id()) else { continue };
            for file in set.files() {
                let bytes = fs::read(folder.join(file.name)).expect("a published file");
                assert_eq!(checked(file, &bytes), Ok(()), "{set:?} {}", file.name);
            }
        }
    }
}
