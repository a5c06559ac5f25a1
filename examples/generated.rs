//! Writes a small set in every format, for `tests/reference/check_generated.py` to open with what others read with.
//!
//! `cargo run --example generated -- FOLDER`

use std::error::Error;
use std::path::PathBuf;

use latentscape::data::write::set::{Format, SetWriter};
use latentscape::rng::Rng;
use latentscape::spec::PIXELS;

/// Pictures of noise, and dimensions of the points that they would be of.
const COUNT: usize = 37;
const LATENT: usize = 3;

fn main() -> Result<(), Box<dyn Error>> {
    let folder = PathBuf::from(std::env::args().nth(1).ok_or("usage: generated FOLDER")?);
    std::fs::create_dir_all(&folder)?;
    let rng = &mut Rng::new(7);
    let pixels: Vec<u8> = (0..COUNT * PIXELS).map(|_| rng.u32() as u8).collect();
    let labels: Vec<u8> = (0..COUNT).map(|i| (i % 5) as u8).collect();
    let z: Vec<f32> = (0..COUNT * LATENT).map(|_| rng.normal()).collect();
    for format in Format::ALL {
        let mut set = SetWriter::new(format, latentscape::spec::Format::GREY_28, COUNT, LATENT)?;
        set.add(&pixels, &labels, &z)?;
        std::fs::write(folder.join(format!("{}.{}", format.name(), format.extension())), set.finish()?)?;
    }
    Ok(())
}
