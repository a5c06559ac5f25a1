//! Measures the built page in Chromium and prints one line of JSON for each model and device: `./dev bench`.
//!
//! The work and the interface are those of the reference in `docs/performance.md`: decode latency of 1 and of 400 points
//! with the pixels back in JavaScript, training steps a second as the median of windows of about a second, the time to
//! the first decode over cold loads, and what crosses the wire. SwiftShader computes WebGPU on the CPU and takes seconds
//! for a step, so there everything is done less often; each line says how often. Then a hand in the ordinary page: frame
//! times and latency while it drags and pans, and memory after minutes of wandering. Then the reference models in training on
//! the ordinary page: steps a second while it is let be and while a hand drags, frame times under that hand, and memory over
//! minutes of training. Then the meters: surveys of the plane, and from a turn of the β dial to what is seen of it.
//! Then a visitor's own files. `LATENTSCAPE_BENCH` chooses among `engine`, `hand`, `memory`, `lab`, `meters` and `import`, `LATENTSCAPE_DEVICE` between
//! `cpu` and `webgpu`, `LATENTSCAPE_WANDER` says how many minutes (10).

use std::collections::BTreeSet;

use latentscape::site::{Size, sizes};
use serde_json::{Value, json};

// Shared with tests/browser.rs, which uses more of them.
#[allow(dead_code)]
#[path = "../tests/browser/chromium.rs"]
mod chromium;
#[path = "../tests/browser/folder.rs"]
mod folder;
#[allow(dead_code)]
#[path = "../tests/browser/hand.rs"]
mod hand;
#[path = "page/import.rs"]
mod import;
#[path = "page/meters.rs"]
mod meters;
#[allow(dead_code)]
#[path = "../tests/browser/page.rs"]
mod page;
#[allow(dead_code)]
#[path = "../tests/browser/picture.rs"]
mod picture;
#[path = "../tests/browser/server.rs"]
#[allow(dead_code)]
mod server;
#[path = "page/smoothness.rs"]
mod smoothness;

use chromium::Setup;
use page::Page;
use server::Site;

struct Plan {
    device: &'static str,
    setup: Setup,
    /// How often 1 and 400 points are decoded.
    decodes: [u32; 2],
    windows: u32,
    cold_loads: usize,
}

const PLANS: [Plan; 2] = [
    Plan { device: "cpu", setup: Setup::CPU, decodes: [300, 60], windows: 9, cold_loads: 5 },
    Plan { device: "webgpu", setup: Setup::WEBGPU, decodes: [30, 5], windows: 3, cold_loads: 5 },
];

const DECODE: &str = "(async () => {
    const z = Float32Array.from({ length: 2 * given.points }, (_, i) => ((i * 37) % 61) / 10 - 3), times = [];
    for (let i = -3; i < given.repeat; i++) {
        const start = performance.now();
        await __peer.decode(z, given.points);
        if (i >= 0) times.push(performance.now() - start);
    }
    return times;
})().then(done, error => done(String(error)));";

const TRAIN: &str = "(async () => {
    const run = async steps => {
        const start = performance.now();
        for (let i = 0; i < steps; i++) __peer.trainStep();
        await __peer.sync();
        return (performance.now() - start) / 1000;
    };
    await run(2);
    const steps = Math.max(1, Math.round(1 / await run(1))), rates = [];
    for (let i = 0; i < given.windows; i++) rates.push(steps / await run(steps));
    return [steps, ...rates];
})().then(done, error => done(String(error)));";

#[tokio::main(flavor = "current_thread")]
async fn main() {
    let files = sizes(&server::dist()).expect("dist/ can be read");
    let chosen = std::env::var("LATENTSCAPE_BENCH").unwrap_or_else(|_| "engine hand memory lab meters import".into());
    let minutes = std::env::var("LATENTSCAPE_WANDER").ok().and_then(|minutes| minutes.parse().ok()).unwrap_or(10.0);
    let device = std::env::var("LATENTSCAPE_DEVICE").unwrap_or_default();
    for plan in PLANS.iter().filter(|plan| device.is_empty() || plan.device == device) {
        if chosen.contains("engine") {
            for model in ["mlp-vae-2", "conv-vae-2"] {
                println!("{}", measure(plan, model, &files).await);
            }
        }
        if chosen.contains("hand") {
            println!("{}", smoothness::measure(plan.setup, plan.device).await);
        }
        if chosen.contains("memory") {
            println!("{}", smoothness::wander(plan.setup, plan.device, minutes).await);
        }
        if chosen.contains("meters") {
            println!("{}", meters::measure(plan.setup, plan.device).await);
        }
        // The same readers and the same page, whatever computes.
        if chosen.contains("import") && plan.device == "cpu" {
            println!("{}", import::measure(plan.setup).await);
        }
        if chosen.contains("lab") {
            println!("{}", smoothness::train(plan.setup, plan.device, minutes).await);
        }
    }
}

async fn measure(plan: &Plan, model: &str, files: &[Size]) -> Value {
    let path = format!("/?bench=1&model={model}&device={}", plan.device);
    let mut first_decodes = Vec::new();
    for _ in 0..plan.cold_loads {
        let page = bench_page(plan.setup, &path).await;
        first_decodes.push(page.number("globalThis.__tti").await);
    }
    let page = bench_page(plan.setup, &path).await;
    let wire = wire(&page, files);
    let one = decode(&page, 1, plan.decodes[0]).await;
    let many = decode(&page, 400, plan.decodes[1]).await;
    let rates = numbers(page.run_async(TRAIN, json!({ "windows": plan.windows })).await);
    json!({
        "model": model,
        "device": plan.device,
        "info": page.value("globalThis.__peer.info").await,
        "decode_1_ms": one,
        "decode_400_ms": many,
        "steps_per_second": { "median": quantile(&rates[1..], 0.5), "windows": plan.windows, "steps_a_window": rates[0] },
        "first_decode_bench_ms": { "median": quantile(&first_decodes, 0.5), "cold_loads": plan.cold_loads },
        "wire_bytes_bench": wire,
        "page": ordinary_page(plan, files).await,
    })
}

async fn bench_page(setup: Setup, path: &str) -> Page {
    let page = Page::open(setup, Site::whole(), path).await;
    page.wait("the bench mode", "globalThis.__tti || globalThis.__error").await;
    let error = page.value("globalThis.__error ?? null").await;
    assert_eq!(error, Value::Null, "{path}");
    page
}

async fn decode(page: &Page, points: u32, repeat: u32) -> Value {
    let times = numbers(page.run_async(DECODE, json!({ "points": points, "repeat": repeat })).await);
    json!({ "p50": quantile(&times, 0.5), "p95": quantile(&times, 0.95), "times": repeat })
}

/// What a visitor waits for, from the start of the navigation.
async fn ordinary_page(plan: &Plan, files: &[Size]) -> Value {
    let path = format!("/?device={}", plan.device);
    let (mut pictures, mut decodes, mut bytes) = (Vec::new(), Vec::new(), Value::Null);
    for _ in 0..plan.cold_loads {
        let page = Page::open(plan.setup, Site::whole(), &path).await;
        let mark = |name: &str| format!("performance.getEntriesByName('{name}')[0]?.startTime");
        page.wait("the first live decoding", &mark("first-decode")).await;
        pictures.push(page.number(&mark("first-picture")).await);
        decodes.push(page.number(&mark("first-decode")).await);
        bytes = wire(&page, files);
    }
    json!({
        "first_picture_ms": quantile(&pictures, 0.5),
        "first_live_decode_ms": quantile(&decodes, 0.5),
        "cold_loads": plan.cold_loads,
        "wire_bytes": bytes,
    })
}

/// Bytes of the files that the page asked for, each counted once.
fn wire(page: &Page, files: &[Size]) -> Value {
    let served: BTreeSet<String> = page.site.served().into_iter().map(|(url, _)| file_of(&url)).collect();
    let sent: Vec<&Size> = files.iter().filter(|size| served.contains(&*size.file.to_string_lossy())).collect();
    let sum = |bytes: fn(&Size) -> usize| sent.iter().map(|size| bytes(size)).sum::<usize>();
    json!({ "raw": sum(|s| s.raw), "gzip": sum(|s| s.gzip), "brotli": sum(|s| s.brotli), "files": sent.len() })
}

fn file_of(url: &str) -> String {
    let path = url.split(['?', '#']).next().unwrap_or_default().trim_start_matches('/');
    if path.is_empty() { "index.html".into() } else { path.into() }
}

fn numbers(value: Value) -> Vec<f64> {
    serde_json::from_value(value.clone()).unwrap_or_else(|_| panic!("numbers, not {value}"))
}

/// By nearest rank.
fn quantile(values: &[f64], q: f64) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    sorted[((sorted.len() - 1) as f64 * q).round() as usize]
}
