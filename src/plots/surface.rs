//! A loss over the plane, as a shade: clear in the valley, darker uphill.

/// Up to this share of the cells, counted from the lowest, the shade deepens; what is higher is as dark as it gets.
const SHOWN: f32 = 0.8;

const DARKEST: f32 = 205.0;

/// RGBA of a loss at the cells of a grid, in any unit. What is no number is as dark as it gets.
pub fn shade(loss: &[f32]) -> Vec<u8> {
    let mut sorted: Vec<f32> = loss.iter().copied().filter(|x| x.is_finite()).collect();
    sorted.sort_by(f32::total_cmp);
    let (Some(&low), Some(&high)) = (sorted.first(), sorted.get((sorted.len() as f32 * SHOWN) as usize)) else {
        return vec![0; loss.len() * 4];
    };
    let height =
        |loss: f32| if loss.is_finite() { ((loss - low) / (high - low).max(1e-6)).clamp(0.0, 1.0) } else { 1.0 };
    loss.iter().flat_map(|&loss| [4, 6, 20, (height(loss).sqrt() * DARKEST) as u8]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_valley_is_clear_and_uphill_is_darker() {
        let alpha: Vec<u8> = shade(&[1.0, 2.0, 3.0, 4.0, 5.0, f32::NAN]).chunks(4).map(|p| p[3]).collect();
        assert_eq!((alpha[0], alpha[5]), (0, 205));
        assert!(alpha.windows(2).all(|pair| pair[0] <= pair[1]), "{alpha:?}");
        assert!(shade(&[f32::NAN; 2]).iter().all(|&byte| byte == 0) && shade(&[]).is_empty());
    }
}
