//! Pictures that a visitor brought, as they cross from the page to its engine, and how two such sets are told apart.

use flate2::Crc;

use super::image_set::{ImageSet, ImageSetError};
use crate::spec::{DataSpec, Format};

/// The pictures to train on and those that are held out, of the same classes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Own {
    train: ImageSet,
    test: ImageSet,
    print: u32,
}

/// Why pictures make no such set.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OwnError {
    #[error("a picture to train on and one to hold out are the least")]
    TooFew,
    #[error("there are no models for pictures of this size and depth, or they differ")]
    Format,
    #[error(transparent)]
    Set(#[from] ImageSetError),
}

impl Own {
    /// # Errors
    /// `TooFew` where there is nothing to train on, or nothing to hold out; `Format` where both differ in it, or no model
    /// takes it.
    pub fn new(train: ImageSet, test: ImageSet) -> Result<Self, OwnError> {
        if train.is_empty() || test.is_empty() {
            return Err(OwnError::TooFew);
        }
        if train.format() != test.format() || !train.format().is_known() {
            return Err(OwnError::Format);
        }
        let mut crc = Crc::new();
        for set in [&train, &test] {
            crc.update(set.pixels());
            crc.update(set.labels());
        }
        Ok(Self { train, test, print: crc.sum() })
    }

    /// From what [`Self::buffers`] gave: pixels and labels to train on, then those that are held out.
    ///
    /// # Errors
    /// What makes no [`ImageSet`], or too few; missing buffers count as empty.
    pub fn from_buffers(format: Format, names: Vec<String>, buffers: Vec<Vec<u8>>) -> Result<Self, OwnError> {
        let mut buffers = buffers.into_iter();
        let mut part = || buffers.next().unwrap_or_default();
        let train = ImageSet::of(format, part(), part(), names.clone())?;
        let test = ImageSet::of(format, part(), part(), names)?;
        Self::new(train, test)
    }

    /// The pictures to train on, and those that are held out.
    pub fn into_parts(self) -> (ImageSet, ImageSet) {
        (self.train, self.test)
    }

    /// The same in no more than `most` classes: those with the most pictures keep their own, the others go together under
    /// `rest`.
    pub fn in_classes(self, most: usize, rest: &str) -> Self {
        let classes = self.names().len();
        if classes <= most || most == 0 {
            return self;
        }
        let mut counts = vec![0usize; classes];
        self.train.labels().iter().for_each(|&label| counts[usize::from(label)] += 1);
        let mut order: Vec<usize> = (0..classes).collect();
        order.sort_by_key(|&class| std::cmp::Reverse(counts[class]));
        let mut kept: Vec<usize> = order.into_iter().take(most - 1).collect();
        kept.sort_unstable();
        let place = |label: u8| kept.binary_search(&usize::from(label)).unwrap_or(most - 1) as u8;
        let mut names: Vec<String> = kept.iter().map(|&class| self.names()[class].clone()).collect();
        names.push(rest.to_owned());
        let regroup = |set: &ImageSet| {
            let labels = set.labels().iter().map(|&label| place(label)).collect();
            ImageSet::of(set.format(), set.pixels().to_vec(), labels, names.clone())
        };
        match (regroup(&self.train), regroup(&self.test)) {
            (Ok(train), Ok(test)) => Self::new(train, test).unwrap_or(self),
            _ => self,
        }
    }

    pub fn buffers(&self) -> [&[u8]; 4] {
        [self.train.pixels(), self.train.labels(), self.test.pixels(), self.test.labels()]
    }

    pub fn train(&self) -> &ImageSet {
        &self.train
    }

    pub fn test(&self) -> &ImageSet {
        &self.test
    }

    pub fn format(&self) -> Format {
        self.train.format()
    }

    pub fn names(&self) -> &[String] {
        self.train.class_names()
    }

    /// What a run on these pictures says of them.
    pub fn spec(&self) -> DataSpec {
        DataSpec::Own { count: self.train.len(), classes: self.names().len(), print: self.print, format: self.format() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::PIXELS;

    fn set(n: usize, ink: u8) -> ImageSet {
        let names = vec!["cat".to_owned(), "dog".to_owned()];
        ImageSet::new(vec![ink; n * PIXELS], (0..n).map(|i| (i % 2) as u8).collect(), names).expect("a set")
    }

    #[test]
    fn it_crosses_and_is_told_from_another() {
        let own = Own::new(set(6, 9), set(2, 9)).expect("both parts");
        let buffers = own.buffers().map(<[u8]>::to_vec);
        let back = Own::from_buffers(own.format(), own.names().to_vec(), buffers.to_vec()).expect("the same");
        assert_eq!((&back, back.spec()), (&own, own.spec()));
        assert!(matches!(own.spec(), DataSpec::Own { count: 6, classes: 2, .. }));
        assert_ne!(Own::new(set(6, 8), set(2, 9)).expect("both parts").spec(), own.spec());
        assert_eq!(Own::new(set(6, 8), set(0, 9)), Err(OwnError::TooFew));
        assert!(Own::from_buffers(own.format(), own.names().to_vec(), buffers[..1].to_vec()).is_err());
        assert!(Own::from_buffers(own.format(), Vec::new(), buffers.to_vec()).is_err());
    }

    #[test]
    fn of_many_classes_the_largest_stay() {
        let names: Vec<String> = (0..5).map(|i| format!("c{i}")).collect();
        let labels = vec![4, 4, 4, 1, 1, 0, 2, 3];
        let train = ImageSet::new(vec![0; 8 * PIXELS], labels, names.clone()).expect("a set");
        let test = ImageSet::new(vec![0; 2 * PIXELS], vec![3, 4], names).expect("a set");
        let own = Own::new(train, test).expect("both parts");
        assert_eq!(own.clone().in_classes(5, "others"), own);
        let few = own.in_classes(3, "others");
        assert_eq!(few.names(), ["c1", "c4", "others"]);
        assert_eq!((few.train().labels(), few.test().labels()), (&[1, 1, 1, 0, 0, 2, 2, 2][..], &[2, 1][..]));
    }
}
