//! A function for each query.

use std::ops::Range;

use super::downhill::roll_down;
use super::inbox::Ask;
use super::learner::{Errors, Learner, Painting, Slopes};
use crate::data::set::pictures;
use crate::estimate::Surgery;
use crate::latent::regularity::fidelity::{Fidelity, NEIGHBOURS, radii};
use crate::latent::regularity::frame::cell_centre;
use crate::latent::regularity::interval::Interval;
use crate::latent::slice::Slice;
use crate::latent::surgery;
use crate::protocol::{Answer, Area, Notice, NoticeKind, PixelFormat, Query};
use crate::spec::{Format, Input, PIXELS};

/// Most points or cells that one question may ask for: 4096 pictures are 3 MB.
pub const LIMIT: usize = 4096;

/// Most samples that are compared with as many data: each with each.
const MOST_COMPARED: usize = 500;

/// Held-out data that the ELBO is taken apart of, and samples of z for the reconstruction error of each: as many data as the
/// card of the family is about, since what a code says of a datum depends on it.
const TAKEN_APART: usize = 2000;
const DRAWS: usize = 2;

/// Most steps of one roll.
const STEPS: u32 = 64;
/// Farther out than any plane that a page shows; a decoder's logits still fit their type there.
const FARTHEST: f32 = 1000.0;

/// An answer and its buffers.
pub type Reply = (Answer, Vec<Vec<u8>>);

/// Answers a question about the plane `slice` of the latent space, or says why not.
pub async fn answer(learner: &mut impl Learner, slice: Slice, ask: &Ask) -> Reply {
    let reply = match &ask.query {
        Query::Decode { z, format } => decode(learner, slice, z, *format).await,
        Query::Encode => encode(learner, slice, ask.buffers.first()).await,
        Query::EncodePoints => encode_points(learner, slice, ask.buffers.first()).await,
        Query::Points => points(learner),
        Query::Atlas { area, columns, rows } => {
            let (area, columns, rows) = (*area, *columns, *rows);
            atlas(learner, slice, area, columns, rows).await.map(|p| (Answer::Atlas { area, columns, rows }, vec![p]))
        }
        Query::Roll { z, steps } => roll(learner, slice, z, *steps, &ask.buffers).await,
        Query::Surface { area, columns, rows } => surface(learner, slice, (*area, *columns, *rows), &ask.buffers).await,
        Query::Survey { area, columns, rows, first, count, step } => {
            let band = *first as usize..(*first as usize).saturating_add(*count as usize);
            survey(learner, slice, (*area, *columns, *rows), band, *step).await
        }
        Query::Divergences { from, to } => divergences(learner, slice, from, to).await,
        Query::Fidelity { z } => fidelity(learner, slice, z).await,
        Query::Surgery => taken_apart(learner).await,
        Query::Original { index } => original(learner, *index),
        Query::Weights => exported(learner).await,
        Query::BenchSteps { count } => bench_steps(learner, *count),
        Query::BenchSync => bench_sync(learner).await,
    };
    reply.unwrap_or_else(|notice| (Answer::Refused(notice), vec![]))
}

async fn decode(learner: &impl Learner, slice: Slice, z: &[f32], format: PixelFormat) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    if z.is_empty() || !z.len().is_multiple_of(2) || z.len() / 2 > LIMIT || !z.iter().all(|v| v.is_finite()) {
        return Err(bad_question(format!("{} numbers for points of a plane", z.len())));
    }
    let z = slice.lift(z, latent);
    let bytes = match format {
        PixelFormat::Bytes => decodings(learner, &z, latent).await?,
        PixelFormat::Floats => bytes_of(&learner.decode(&z).await?),
    };
    Ok((Answer::Decoded, vec![bytes]))
}

/// The pictures of points `z` [n, latent], in parts: of large ones in colour all numbers at once are hundreds of megabytes.
async fn decodings(learner: &impl Learner, z: &[f32], latent: usize) -> Result<Vec<u8>, Notice> {
    let input = learner.input();
    let part = (LIMIT * PIXELS / input.format().bytes()).clamp(1, LIMIT);
    let mut out = Vec::with_capacity(z.len() / latent * input.format().bytes());
    for z in z.chunks(part * latent) {
        out.extend(pictures(input, &learner.decode(z).await?));
    }
    Ok(out)
}

async fn encode(learner: &impl Learner, slice: Slice, picture: Option<&Vec<u8>>) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    let picture = picture.filter(|p| learner.input().is_picture() && p.len() == learner.input().width());
    let picture = picture.ok_or_else(|| bad_question("not a picture, or a model that takes none".into()))?;
    let encoded = learner.encode(picture).await?;
    let pixels = pictures(learner.input(), &encoded.reconstruction);
    let shown = |values: &[f32]| slice.project(values, latent, 0.0);
    let (mu, log_var) = (shown(&encoded.mu), shown(&encoded.log_var));
    // JSON has no NaN and no infinity.
    let nats = Some(encoded.nats).filter(|nats| nats.is_finite());
    Ok((Answer::Encoded { mu, log_var, nats, constant: encoded.constant }, vec![pixels]))
}

async fn encode_points(learner: &impl Learner, slice: Slice, buffer: Option<&Vec<u8>>) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    let points: Vec<f32> = buffer.map(|bytes| floats(bytes)).unwrap_or_default();
    let sound = !points.is_empty() && points.len().is_multiple_of(2) && points.len() / 2 <= LIMIT;
    if !sound || !points.iter().all(|v| v.is_finite()) || learner.input() != Input::Point {
        return Err(bad_question(format!("{} numbers for points of the data's plane", points.len())));
    }
    let codes = learner.encode_points(&points).await?;
    Ok((Answer::PointsEncoded, vec![bytes_of(&slice.project(&codes, latent, 0.0))]))
}

fn points(learner: &impl Learner) -> Result<Reply, Notice> {
    learner.latent().ok_or_else(no_model)?;
    Ok((Answer::Points, vec![bytes_of(&learner.points())]))
}

/// The decoded plane over `area`: one picture of `columns` by `rows` pictures, planar as they are.
///
/// # Errors
/// `NoModel`; `BadQuestion` for no cell, too many, or an area that is not finite; whatever the learner says.
pub async fn atlas(
    learner: &impl Learner,
    slice: Slice,
    area: Area,
    columns: u32,
    rows: u32,
) -> Result<Vec<u8>, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    let z = slice.lift(&cell_centres(area, columns, rows)?, latent);
    Ok(mosaic(&decodings(learner, &z, latent).await?, learner.input().format(), columns as usize))
}

async fn roll(
    learner: &impl Learner,
    slice: Slice,
    z: &[f32],
    steps: u32,
    buffers: &[Vec<u8>],
) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    if z.len() != 2 || !z.iter().all(|v| v.abs() <= FARTHEST) {
        return Err(bad_question(format!("a start at {z:?}, which is no point of the plane within {FARTHEST}")));
    }
    if !(1..=STEPS).contains(&steps) {
        return Err(bad_question(format!("{steps} steps where 1 to {STEPS} are taken")));
    }
    let painting = painting(learner, buffers)?;
    // In the plane that is shown: every other coordinate stays where it is.
    let slopes = async |z: &[f32]| {
        let Slopes { loss, gradient } = learner.slopes_at(&slice.lift(z, latent), painting).await?;
        Ok(Slopes { loss, gradient: slice.project(&gradient, latent, 0.0) })
    };
    let trail = roll_down(z, steps, slopes).await?;
    // JSON has no NaN and no infinity. Only the start can be one: nothing else is lower.
    if trail.loss.iter().any(|loss| !loss.is_finite()) {
        return Err(bad_question(format!("the loss at {z:?} is not a finite number")));
    }
    let end = learner.decode(&slice.lift(&trail.z[trail.z.len() - 2..], latent)).await?;
    Ok((Answer::Rolled { z: trail.z, loss: trail.loss }, vec![pictures(learner.input(), &end)]))
}

async fn surface(
    learner: &impl Learner,
    slice: Slice,
    (area, columns, rows): (Area, u32, u32),
    buffers: &[Vec<u8>],
) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    let z = slice.lift(&cell_centres(area, columns, rows)?, latent);
    let losses = learner.losses_at(&z, painting(learner, buffers)?).await?;
    Ok((Answer::Surface { area, columns, rows }, vec![bytes_of(&losses)]))
}

/// The picture and the weights of a question about a painting.
fn painting<'a>(learner: &impl Learner, buffers: &'a [Vec<u8>]) -> Result<Painting<'a>, Notice> {
    let width = learner.input().width();
    if !learner.input().is_picture() {
        return Err(bad_question("a painting for a model that decodes no pictures".into()));
    }
    let [picture, weights] = buffers else {
        return Err(bad_question(format!("{} buffers where a picture and its weights should be", buffers.len())));
    };
    if picture.len() != width || weights.len() != width {
        let (picture, weights) = (picture.len(), weights.len());
        return Err(bad_question(format!("{picture} pixels and {weights} weights where {width} of each should be")));
    }
    if weights.iter().all(|&weight| weight == 0) {
        return Err(bad_question("no pixel has a weight".into()));
    }
    Ok(Painting { picture, weights })
}

fn original(learner: &impl Learner, index: u32) -> Result<Reply, Notice> {
    let picture = learner.original(index as usize);
    let picture = picture.ok_or_else(|| bad_question(format!("picture {index}, which the engine does not hold")))?;
    Ok((Answer::Original { index }, vec![picture]))
}

async fn exported(learner: &impl Learner) -> Result<Reply, Notice> {
    learner.latent().ok_or_else(no_model)?;
    Ok((Answer::Weights, vec![learner.export().await?]))
}

/// What a decoder does in a band of cells of a grid, on which the whole may have more than one question may ask for.
async fn survey(
    learner: &impl Learner,
    slice: Slice,
    (area, columns, rows): (Area, u32, u32),
    band: Range<usize>,
    step: [f32; 2],
) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    if !step.iter().all(|step| step.is_finite() && *step > 0.0) {
        return Err(bad_question(format!("slopes over {step:?}")));
    }
    let (first, count) = (band.start as u32, band.len() as u32);
    let centres = centres(area, columns, rows, band)?;
    let found = learner.survey(&slice.lift(&centres, latent), slice.within(latent).axes, step).await?;
    // On a line the second coordinate means nothing: every decoding comes back at the height that it was asked at.
    let mut back = slice.project(&found.back, latent, 0.0);
    if latent == 1 {
        back.iter_mut().zip(&centres).skip(1).step_by(2).for_each(|(back, asked)| *back = *asked);
    }
    Ok((Answer::Surveyed { first, count }, vec![bytes_of(&found.metric), bytes_of(&back)]))
}

async fn divergences(learner: &impl Learner, slice: Slice, from: &[f32], to: &[f32]) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    let sound = !from.is_empty() && from.len() == to.len() && from.len().is_multiple_of(2) && from.len() / 2 <= LIMIT;
    if !sound || !from.iter().chain(to).all(|v| v.is_finite()) {
        return Err(bad_question(format!("{} and {} numbers for pairs of points", from.len(), to.len())));
    }
    let nats = learner.divergences(&slice.lift(from, latent), &slice.lift(to, latent)).await?;
    Ok((Answer::Divergences, vec![bytes_of(&nats)]))
}

async fn fidelity(learner: &impl Learner, slice: Slice, z: &[f32]) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    let n = z.len() / 2;
    if n <= NEIGHBOURS || n > MOST_COMPARED || !z.len().is_multiple_of(2) || !z.iter().all(|v| v.is_finite()) {
        return Err(bad_question(format!("{} numbers for points to compare with the data", z.len())));
    }
    let real = learner.held_out(n);
    let width = learner.input().width();
    if real.len() / width <= NEIGHBOURS {
        return Ok((Answer::Incomparable, vec![]));
    }
    let fake = learner.decode(&slice.lift(z, latent)).await?;
    let found = Fidelity::of(&real, &radii(&real, width, NEIGHBOURS), &fake, width, NEIGHBOURS, 0);
    // JSON has no NaN.
    let Some(found) = found.filter(|found| found.density.is_finite()) else {
        return Err(bad_question("decodings that are not finite".into()));
    };
    let Fidelity { density, coverage, coverage_interval: Interval { low, high }, .. } = found;
    Ok((Answer::Fidelity { density, coverage, low, high }, vec![]))
}

async fn taken_apart(learner: &impl Learner) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    let Errors { errors, mu, log_var } = learner.errors(TAKEN_APART, DRAWS).await?;
    if errors.len() < 2 {
        return Ok((Answer::Incomparable, vec![]));
    }
    let found = surgery::of(&errors, &mu, &log_var, latent, 0);
    // JSON has no NaN.
    let found = found.filter(Surgery::is_finite).ok_or_else(|| bad_question("codes that are not finite".into()))?;
    Ok((Answer::Surgery(found), vec![]))
}

/// The points at the centres of a grid's cells, z₁ z₂ of each, row by row from the top left.
fn cell_centres(area: Area, columns: u32, rows: u32) -> Result<Vec<f32>, Notice> {
    centres(area, columns, rows, 0..(columns as usize).saturating_mul(rows as usize))
}

/// The same of some of its cells.
fn centres(area: Area, columns: u32, rows: u32, cells: Range<usize>) -> Result<Vec<f32>, Notice> {
    let (columns, rows) = (columns as usize, rows as usize);
    let sound = !cells.is_empty() && cells.len() <= LIMIT && cells.end <= columns.saturating_mul(rows);
    if !sound || !area.min.iter().chain(&area.max).all(|v| v.is_finite()) {
        return Err(bad_question(format!("cells {cells:?} of {columns} by {rows} over {area:?}")));
    }
    Ok(cells.flat_map(|cell| cell_centre(area, columns, rows, cell)).collect())
}

/// Pictures one after another to one picture with `columns` of them side by side, channel after channel.
fn mosaic(pictures: &[u8], format: Format, columns: usize) -> Vec<u8> {
    let mut out = vec![0; pictures.len()];
    let (side, width, plane) = (format.side, columns * format.side, pictures.len() / format.channels);
    for (cell, picture) in pictures.chunks_exact(format.bytes()).enumerate() {
        let corner = (cell / columns) * side * width + (cell % columns) * side;
        for (channel, pixels) in picture.chunks_exact(format.pixels()).enumerate() {
            for (y, line) in pixels.chunks_exact(side).enumerate() {
                let at = channel * plane + corner + y * width;
                out[at..at + side].copy_from_slice(line);
            }
        }
    }
    out
}

fn bench_steps(learner: &mut impl Learner, count: u32) -> Result<Reply, Notice> {
    learner.latent().ok_or_else(no_model)?;
    for _ in 0..count.min(LIMIT as u32) {
        learner.step();
    }
    Ok((Answer::Enqueued, vec![]))
}

async fn bench_sync(learner: &mut impl Learner) -> Result<Reply, Notice> {
    let last = learner.losses().await?.last().map_or(f32::NAN, |loss| loss.total);
    // JSON has no NaN: no step, no loss.
    if last.is_nan() {
        Err(bad_question("no step was taken".into()))
    } else {
        Ok((Answer::Synced { loss: last }, vec![]))
    }
}

/// Little-endian f32.
pub fn bytes_of(values: &[f32]) -> Vec<u8> {
    values.iter().flat_map(|v| v.to_le_bytes()).collect()
}

/// What [`bytes_of`] wrote.
fn floats(bytes: &[u8]) -> Vec<f32> {
    bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
}

fn no_model() -> Notice {
    Notice { kind: NoticeKind::NoModel, detail: String::new() }
}

fn bad_question(detail: String) -> Notice {
    Notice { kind: NoticeKind::BadQuestion, detail }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mosaic_keeps_every_picture_whole() {
        for format in Format::all() {
            let Format { side, channels } = format;
            // The cell's number in the lower bits, the channel's in the upper.
            let of = |i: usize| (i / format.bytes() + 16 * (i / format.pixels() % channels)) as u8;
            let picture = mosaic(&(0..6 * format.bytes()).map(of).collect::<Vec<u8>>(), format, 3);
            let at = |channel: usize, cell: usize| {
                picture[channel * 6 * format.pixels() + ((cell / 3) * side + 9) * 3 * side + (cell % 3) * side + 20]
            };
            for channel in 0..channels {
                let shown: Vec<u8> = (0..6).map(|cell| at(channel, cell)).collect();
                assert_eq!(shown, (0..6).map(|cell| cell + 16 * channel as u8).collect::<Vec<_>>(), "{format:?}");
            }
        }
    }
}
