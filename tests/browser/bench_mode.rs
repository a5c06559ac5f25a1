//! The bench mode's interface, and with it that both devices compute the same.

use serde_json::{Value, json};

use super::{
    chromium::{Gpu, Setup},
    page::Page,
    server::Site,
};

/// Of the reference weights: Σ yⱼ·((j mod 7)+1) for z = (0.3, −0.7).
const CHECKS: [(&str, f64); 2] = [("mlp-vae-2", 1568.132), ("conv-vae-2", 1567.963)];
const Z: [f32; 2] = [0.3, -0.7];

async fn open(setup: Setup, model: &str) -> Page {
    let device = if setup.gpu == Gpu::Software { "webgpu" } else { "cpu" };
    let page = Page::open(setup, Site::whole(), &format!("/?bench=1&model={model}&device={device}")).await;
    page.wait("the bench mode", "globalThis.__tti || globalThis.__error").await;
    assert_eq!(page.value("globalThis.__error ?? null").await, Value::Null);
    page
}

async fn decode(page: &Page) -> Vec<f64> {
    let script = "__peer.decode(Float32Array.from(given), 1).then(y => done(Array.from(y)), e => done(String(e)));";
    let pixels = page.run_async(script, json!(Z)).await;
    serde_json::from_value(pixels.clone()).unwrap_or_else(|_| panic!("784 pixels, not {pixels}"))
}

#[tokio::test]
async fn both_devices_decode_alike_and_right() {
    for (model, expected) in CHECKS {
        let on_cpu = decode(&open(Setup::CPU, model).await).await;
        let on_gpu = decode(&open(Setup::WEBGPU, model).await).await;
        for (device, pixels) in [("cpu", &on_cpu), ("webgpu", &on_gpu)] {
            assert_eq!(pixels.len(), 784);
            let sum: f64 = pixels.iter().enumerate().map(|(j, y)| y * ((j % 7) + 1) as f64).sum();
            assert!((sum - expected).abs() < 0.01, "{model} on {device}: {sum}, not {expected}");
        }
        let apart = on_cpu.iter().zip(&on_gpu).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(apart < 1e-3, "{model}: the devices differ by {apart}");
    }
}

/// Six by six cells: their pull-back metric, in pixels and in Fisher's, along the plane's axes.
#[tokio::test]
async fn both_devices_survey_alike() {
    let survey = async |setup: Setup| -> Vec<f64> {
        let page = open(setup, "mlp-vae-2").await;
        // One row decoded first, so that what the device compiles for it is not waited for here.
        decode(&page).await;
        let script = "__peer.survey(6).then(g => done(Array.from(g)), e => done(String(e)));";
        let metric = page.run_async(script, json!({})).await;
        serde_json::from_value(metric.clone()).unwrap_or_else(|_| panic!("six numbers a cell, not {metric}"))
    };
    let (cpu, gpu) = (survey(Setup::CPU).await, survey(Setup::WEBGPU).await);
    assert_eq!((cpu.len(), gpu.len()), (6 * 36, 6 * 36));
    let largest = cpu.iter().copied().fold(0.0, f64::max);
    assert!(largest > 0.0 && cpu.iter().step_by(3).all(|g| *g > 0.0), "{cpu:?}");
    let apart = cpu.iter().zip(&gpu).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart < 0.01 * largest, "the devices differ by {apart} of {largest}");
}

#[tokio::test]
async fn the_reference_run_starts_where_it_should() {
    for (model, loss) in [("mlp-vae-2", 544.67), ("conv-vae-2", 543.4)] {
        let page = open(Setup::CPU, model).await;
        let script = "__peer.trainStep(); __peer.sync().then(done, e => done(String(e)));";
        let first = page.run_async(script, json!({})).await;
        assert!(first.as_f64().is_some_and(|l| (l - loss).abs() < 1.0), "{model}: {first}, not near {loss}");
        let script = "for (let i = 0; i < 5; i++) __peer.trainStep(); __peer.sync().then(done, e => done(String(e)));";
        let sixth = page.run_async(script, json!({})).await;
        assert!(sixth.as_f64().is_some_and(|l| l < loss - 1.0), "{model}: {sixth} after six steps");
        page.check_no_errors().await;
    }
}
