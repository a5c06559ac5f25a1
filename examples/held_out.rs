//! Writes the held-out digits of a run as the two files that MNIST's training pictures are, in an archive, for
//! `tests/reference/audit.py` to measure the β family on.
//!
//! `cargo run --example held_out -- FILE [SEED]`

use std::error::Error;

use latentscape::data::digits::digits;
use latentscape::data::held_out::{self, HELD_OUT};
use latentscape::data::write::set::{Format, SetWriter};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let file = arguments.next().ok_or("usage: held_out FILE [SEED]")?;
    let run = arguments.next().map_or(Ok(1), |seed| seed.parse())?;
    let (set, _) = digits(held_out::seed(run), HELD_OUT);
    let mut writer = SetWriter::new(Format::Idx, set.format(), set.len(), 0)?;
    writer.add(set.pixels(), set.labels(), &[])?;
    std::fs::write(file, writer.finish()?)?;
    Ok(())
}
