//! A function for each query.

use super::downhill::roll_down;
use super::inbox::Ask;
use super::learner::{Learner, Painting};
use crate::protocol::{Answer, Area, Notice, NoticeKind, PixelFormat, Query};
use crate::spec::{PIXELS, SIDE};

/// Most points or cells that one question may ask for: 4096 pictures are 3 MB.
pub const LIMIT: usize = 4096;

/// Most steps of one roll.
const STEPS: u32 = 64;
/// Farther out than any plane that a page shows; a decoder's logits still fit their type there.
const FARTHEST: f32 = 1000.0;

/// An answer and its buffers.
pub type Reply = (Answer, Vec<Vec<u8>>);

/// Answers a question, or says why not.
pub async fn answer(learner: &mut impl Learner, ask: &Ask) -> Reply {
    let reply = match &ask.query {
        Query::Decode { z, format } => decode(learner, z, *format).await,
        Query::Encode => encode(learner, ask.buffers.first()).await,
        Query::Atlas { area, columns, rows } => {
            let (area, columns, rows) = (*area, *columns, *rows);
            atlas(learner, area, columns, rows).await.map(|p| (Answer::Atlas { area, columns, rows }, vec![p]))
        }
        Query::Roll { z, steps } => roll(learner, z, *steps, &ask.buffers).await,
        Query::Surface { area, columns, rows } => surface(learner, *area, *columns, *rows, &ask.buffers).await,
        Query::Original { index } => original(learner, *index),
        Query::BenchSteps { count } => bench_steps(learner, *count),
        Query::BenchSync => bench_sync(learner).await,
    };
    reply.unwrap_or_else(|notice| (Answer::Refused(notice), vec![]))
}

async fn decode(learner: &impl Learner, z: &[f32], format: PixelFormat) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    if z.is_empty() || !z.len().is_multiple_of(latent) || z.len() / latent > LIMIT || !z.iter().all(|v| v.is_finite()) {
        return Err(bad_question(format!("{} numbers for {latent} dimensions", z.len())));
    }
    let pixels = learner.decode(z).await?;
    let bytes = match format {
        PixelFormat::Bytes => to_bytes(&pixels),
        PixelFormat::Floats => bytes_of(&pixels),
    };
    Ok((Answer::Decoded, vec![bytes]))
}

async fn encode(learner: &impl Learner, picture: Option<&Vec<u8>>) -> Result<Reply, Notice> {
    learner.latent().ok_or_else(no_model)?;
    let picture = picture.filter(|p| p.len() == PIXELS).ok_or_else(|| bad_question("not a picture".into()))?;
    let encoded = learner.encode(picture).await?;
    let pixels = to_bytes(&encoded.reconstruction);
    Ok((Answer::Encoded { mu: encoded.mu, log_var: encoded.log_var }, vec![pixels]))
}

/// The decoded plane over `area`: one picture of `columns`·28 by `rows`·28 pixels, 8 bits each. Dimensions beyond
/// the first two are zero.
///
/// # Errors
/// `NoModel`; `BadQuestion` for no cell, too many, or an area that is not finite; whatever the learner says.
pub async fn atlas(learner: &impl Learner, area: Area, columns: u32, rows: u32) -> Result<Vec<u8>, Notice> {
    let z = cell_centres(learner.latent().ok_or_else(no_model)?, area, columns, rows)?;
    Ok(mosaic(&to_bytes(&learner.decode(&z).await?), columns as usize))
}

async fn roll(learner: &impl Learner, z: &[f32], steps: u32, buffers: &[Vec<u8>]) -> Result<Reply, Notice> {
    let latent = learner.latent().ok_or_else(no_model)?;
    if z.len() != latent || !z.iter().all(|v| v.abs() <= FARTHEST) {
        return Err(bad_question(format!("a start at {z:?} in {latent} dimensions, or beyond {FARTHEST}")));
    }
    if !(1..=STEPS).contains(&steps) {
        return Err(bad_question(format!("{steps} steps where 1 to {STEPS} are taken")));
    }
    let painting = painting(buffers)?;
    let trail = roll_down(z, steps, async |z: &[f32]| learner.slopes_at(z, painting).await).await?;
    // JSON has no NaN and no infinity. Only the start can be one: nothing else is lower.
    if trail.loss.iter().any(|loss| !loss.is_finite()) {
        return Err(bad_question(format!("the loss at {z:?} is not a finite number")));
    }
    let end = learner.decode(&trail.z[trail.z.len() - latent..]).await?;
    Ok((Answer::Rolled { z: trail.z, loss: trail.loss }, vec![to_bytes(&end)]))
}

async fn surface(
    learner: &impl Learner,
    area: Area,
    columns: u32,
    rows: u32,
    buffers: &[Vec<u8>],
) -> Result<Reply, Notice> {
    let z = cell_centres(learner.latent().ok_or_else(no_model)?, area, columns, rows)?;
    let losses = learner.losses_at(&z, painting(buffers)?).await?;
    Ok((Answer::Surface { area, columns, rows }, vec![bytes_of(&losses)]))
}

/// The picture and the weights of a question about a painting.
fn painting(buffers: &[Vec<u8>]) -> Result<Painting<'_>, Notice> {
    let [picture, weights] = buffers else {
        return Err(bad_question(format!("{} buffers where a picture and its weights should be", buffers.len())));
    };
    if picture.len() != PIXELS || weights.len() != PIXELS {
        let (picture, weights) = (picture.len(), weights.len());
        return Err(bad_question(format!("{picture} pixels and {weights} weights where {PIXELS} of each should be")));
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

/// The points at the centres of a grid's cells, [columns·rows, latent], row by row from the top left. Dimensions beyond
/// the first two are zero.
fn cell_centres(latent: usize, area: Area, columns: u32, rows: u32) -> Result<Vec<f32>, Notice> {
    let (columns, rows) = (columns as usize, rows as usize);
    let cells = columns.saturating_mul(rows);
    if cells == 0 || cells > LIMIT || !area.min.iter().chain(&area.max).all(|v| v.is_finite()) {
        return Err(bad_question(format!("a grid of {columns} by {rows} cells over {area:?}")));
    }
    let mut z = vec![0.0; cells * latent];
    for (cell, z) in z.chunks_exact_mut(latent).enumerate() {
        let centre = cell_centre(area, columns, rows, cell);
        z.iter_mut().zip(centre).for_each(|(value, at)| *value = at);
    }
    Ok(z)
}

/// Where in the plane a cell of a grid lies, counted row by row from the top left.
fn cell_centre(area: Area, columns: usize, rows: usize, cell: usize) -> [f32; 2] {
    let (column, row) = ((cell % columns) as f32 + 0.5, (cell / columns) as f32 + 0.5);
    [
        area.min[0] + (area.max[0] - area.min[0]) * column / columns as f32,
        area.max[1] - (area.max[1] - area.min[1]) * row / rows as f32,
    ]
}

/// Pictures one after another to one picture with `columns` of them side by side.
fn mosaic(pictures: &[u8], columns: usize) -> Vec<u8> {
    let mut out = vec![0; pictures.len()];
    let width = columns * SIDE;
    for (cell, picture) in pictures.chunks_exact(PIXELS).enumerate() {
        let corner = (cell / columns) * SIDE * width + (cell % columns) * SIDE;
        for (y, line) in picture.chunks_exact(SIDE).enumerate() {
            let at = corner + y * width;
            out[at..at + SIDE].copy_from_slice(line);
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

fn to_bytes(probabilities: &[f32]) -> Vec<u8> {
    probabilities.iter().map(|p| (p * 255.0 + 0.5) as u8).collect()
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
    fn cells_go_row_by_row_from_the_top_left() {
        let area = Area { min: [-2.0, -1.0], max: [2.0, 1.0] };
        assert_eq!(cell_centre(area, 4, 2, 0), [-1.5, 0.5]);
        assert_eq!(cell_centre(area, 4, 2, 7), [1.5, -0.5]);
    }

    #[test]
    fn a_mosaic_keeps_every_picture_whole() {
        let pictures: Vec<u8> = (0..6 * PIXELS).map(|i| (i / PIXELS) as u8).collect();
        let picture = mosaic(&pictures, 3);
        let at = |cell: usize| picture[((cell / 3) * SIDE + 9) * 3 * SIDE + (cell % 3) * SIDE + 20];
        assert_eq!((0..6).map(at).collect::<Vec<_>>(), [0, 1, 2, 3, 4, 5]);
    }
}
