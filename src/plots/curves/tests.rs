use super::*;
use crate::state::scene::Theme;
use plotters::prelude::{IntoDrawingArea, SVGBackend};

fn words() -> Words {
    Words {
        reconstruction: "rec 148.2".into(),
        penalty: "KL 6.4".into(),
        total: "total 154.6".into(),
        step: "step".into(),
    }
}

fn svg(curves: &Curves) -> String {
    let mut out = String::new();
    {
        let area = SVGBackend::with_string(&mut out, (336, 150)).into_drawing_area();
        draw_curves(&area, curves, &words(), Ink::on(Theme::Light), 1.0).expect("an SVG in memory");
        area.present().expect("an SVG in memory");
    }
    out
}

fn falling(n: u32) -> Vec<Point> {
    let at = |step: u32| {
        let reconstruction = 150.0 + 390.0 * (-(step as f32) / 80.0).exp();
        Point { step, reconstruction, penalty: 6.0, total: reconstruction + 6.0 }
    };
    (1..=n).map(at).collect()
}

fn plain_curves(train: &[Point]) -> Curves<'_> {
    Curves {
        train,
        validation: &[],
        ghosts: &[],
        marks: &[],
        here: None,
        steps: 1000,
        scale: Scale::Log,
        penalty: true,
    }
}

/// The points of the first polyline of one colour.
fn curve(svg: &str, colour: &str) -> Vec<(f32, f32)> {
    let long = |l: &&str| l.contains("polyline") && l.contains(colour) && l.matches(',').count() > 10;
    let line = svg.lines().find(long).expect("a curve");
    let points = line.split("points=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("points");
    let number = |t: &str| t.parse().expect("a number");
    points.split_whitespace().filter_map(|p| p.split_once(',')).map(|(x, y)| (number(x), number(y))).collect()
}

const RECONSTRUCTION: &str = "#1F6FB2";

#[test]
fn a_falling_loss_falls_and_grows_into_the_run() {
    for scale in [Scale::Log, Scale::Linear] {
        let draw = |n: u32| curve(&svg(&Curves { scale, ..plain_curves(&falling(n)) }), RECONSTRUCTION);
        let half = draw(500);
        assert!(half.first().expect("points").1 < half.last().expect("points").1, "down is less: {half:?}");
        let end = half.last().expect("points").0;
        assert!((end - 184.0).abs() < 6.0, "half of the run is half of the axis: {end}");
        assert!(draw(1000).last().expect("points").0 > 325.0);
        let beyond = draw(2000);
        assert!(beyond.last().expect("points").0 > 325.0 && beyond.iter().all(|p| p.0 < 334.0), "the axis grows");
    }
}

#[test]
fn every_curve_is_named_and_a_penalty_that_is_none_is_not_drawn() {
    let train = falling(300);
    let out = svg(&plain_curves(&train));
    assert!(["rec 148.2", "KL 6.4", "total 154.6"].iter().all(|word| out.contains(word)));
    let plain = svg(&Curves { penalty: false, ..plain_curves(&train) });
    assert!(!plain.contains("KL") && plain.contains("total"));
    assert!(!svg(&plain_curves(&[])).contains("KL"));
}

#[test]
fn validation_is_broken_and_others_are_faint() {
    let (train, older) = (falling(600), falling(900));
    let validation: Vec<Point> = (1..=12).map(|i| train[i * 50 - 1]).collect();
    let count = |out: &str, what: &str| out.lines().filter(|l| l.contains("polyline") && l.contains(what)).count();
    let bare = svg(&plain_curves(&train));
    let out = svg(&Curves { validation: &validation, ..plain_curves(&train) });
    assert!(count(&out, RECONSTRUCTION) > count(&bare, RECONSTRUCTION) + 5, "a dash is a line of its own");
    let beside = svg(&Curves { ghosts: &[&older], ..plain_curves(&train) });
    assert_eq!(count(&beside, "0.45"), 1);
}

#[test]
fn a_linear_scale_is_not_flattened_by_the_first_steps() {
    let mut train = falling(1000);
    train[0].total = 1e5;
    let span = Curves { scale: Scale::Linear, ..plain_curves(&train) }.span();
    assert!(span.0 == 0.0 && (150.0..400.0).contains(&span.1), "{span:?}");
}

#[test]
fn a_logarithm_s_axis_follows_the_data_and_what_is_no_number_is_left_out() {
    let small: Vec<Point> = (1..100)
        .map(|step| Point { step, reconstruction: 0.02 / step as f32, penalty: 0.0, total: 0.02 / step as f32 })
        .collect();
    let (low, high) = plain_curves(&small).span();
    assert!(low < 2e-4 && low > 1e-6 && high < 0.1, "{low} {high}");
    assert!(ticks(Scale::Log, (low, high)).len() > 2);
    let odd = [f32::NAN, f32::INFINITY, -3.0, 0.0].map(|v| Point { step: 1, reconstruction: v, penalty: v, total: v });
    for scale in [Scale::Log, Scale::Linear] {
        for n in 0..=odd.len() {
            svg(&Curves { scale, ..plain_curves(&odd[..n]) });
        }
    }
}

#[test]
fn marks_stand_at_their_steps_and_their_words_do_not_collide() {
    let train = falling(1000);
    let mark = |step: u32, words: &str| Mark { step, words: words.into() };
    let marks = [mark(200, "β 4"), mark(210, "β 8"), mark(800, "rate 0.01")];
    let out = svg(&Curves { marks: &marks, here: Some(500), ..plain_curves(&train) });
    assert!(out.contains("β 4") && !out.contains("β 8") && out.contains("rate 0.01"));
    // The moment on show, half way between 36 and 332.
    assert!(out.lines().any(|l| l.contains("polyline") && l.contains("184,8 184,132")), "{out}");
}

#[test]
fn what_is_read_is_what_is_drawn() {
    let train = falling(1000);
    let validation = [train[249], train[499]];
    let curves = Curves { validation: &validation, ..plain_curves(&train) };
    let read = reading(&curves, 0.5).expect("there are steps");
    assert!(read.step.abs_diff(500) < 10 && (read.train.reconstruction - 150.0).abs() < 2.0, "{read:?}");
    assert_eq!(read.validation, Some(train[499]));
    assert_eq!(reading(&curves, 0.26).and_then(|read| read.validation), Some(train[249]));
    assert_eq!(reading(&plain_curves(&[]), 0.5), None);
}

#[test]
fn labels_do_not_lie_on_each_other() {
    let mut labels = [(50.0, "a", 0), (52.0, "b", 0), (98.0, "c", 0)];
    apart(&mut labels, 12.0, [8.0, 95.0]);
    assert_eq!(labels.map(|label| (label.1, label.0)), [("c", 95.0), ("b", 52.0), ("a", 40.0)]);
    // Of two at the top the upper one stays on the chart.
    let mut labels = [(9.0, "a", 0), (12.0, "b", 0), (50.0, "c", 0)];
    apart(&mut labels, 12.0, [8.0, 95.0]);
    assert_eq!(labels.map(|label| (label.1, label.0)), [("c", 50.0), ("b", 20.0), ("a", 8.0)]);
}

#[test]
fn bins_keep_the_mean() {
    let mut train = falling(1000);
    train[500].reconstruction = f32::NAN;
    let bins = binned(&train, 1000, 100.0);
    assert!(bins.len() <= 101 && bins.iter().all(|p| p.reconstruction.is_finite()));
    let mean = |points: &[Point]| points.iter().map(|p| p.reconstruction).sum::<f32>() / points.len() as f32;
    assert!((mean(&bins) - mean(&falling(1000))).abs() < 2.0);
}
