//! Sets of labelled pictures: readers and generators.
