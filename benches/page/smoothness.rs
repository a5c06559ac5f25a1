//! A hand in the plane: how smooth the page is under it, how soon new pixels come, and what it costs in memory.

use std::fs;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::chromium::Setup;
use super::page::Page;
use super::server::Site;
use super::{numbers, quantile};

/// Moves of a gesture: some four seconds at sixty frames a second.
const MOVES: u32 = 240;

/// Moves whose pixels are waited for.
const WAITED: u32 = 60;

/// Milliseconds that a move's pixels are given.
const ANSWER: u64 = 200;

/// Stamps of animation frames while a gesture goes on.
const RECORD: &str = "
    const stamps = globalThis.__stamps = [];
    globalThis.__recording = true;
    const tick = now => { stamps.push(now); if (globalThis.__recording) requestAnimationFrame(tick); };
    requestAnimationFrame(tick);";

/// From the moment a move of the pointer reaches the page to the moment its decoding is on the canvas.
const WATCH: &str = "
    const times = globalThis.__times = [];
    let moved = 0;
    addEventListener('pointermove', () => moved = performance.now(), { capture: true });
    new MutationObserver(() => {
        if (find('decoded').dataset.z === find('handle').dataset.z && moved) { times.push(performance.now() - moved); moved = 0; }
    }).observe(find('decoded'), { attributeFilter: ['data-z'] });";

/// Frames and latency with the codes of the test pictures, and of the training pictures.
pub async fn measure(setup: Setup, device: &str) -> Value {
    let mut lines = Vec::new();
    for (points, codes) in [("test", 10_000), ("train", 60_000)] {
        let page = Page::open(setup, Site::whole(), &format!("/?device={device}#points={points}")).await;
        page.wait_phase("ready").await;
        // Until the plane is decoded and the codes are drawn.
        tokio::time::sleep(Duration::from_secs(if setup.has_webgpu() { 40 } else { 5 })).await;
        lines.push(json!({
            "device": device,
            "codes": codes,
            "drag_handle": frames(&page, "left").await,
            "pan": frames(&page, "right").await,
            "move_to_pixels_ms": latency(&page).await,
        }));
    }
    Value::Array(lines)
}

/// The reference models in training on the ordinary page, and the memory that a run takes over so many minutes: on WebGPU
/// one of a small net, because SwiftShader would do a few hundred steps of the large ones in that time.
pub async fn train(setup: Setup, device: &str, minutes: f64) -> Value {
    let mut lines = Vec::new();
    let slow = setup.has_webgpu();
    let mut runs = vec![
        ("mlp-vae-2", "512-256", 128, if slow { 0.0 } else { minutes }),
        ("conv-vae-2", "conv-32-64-128", 128, 0.0),
    ];
    runs.extend(slow.then_some(("small", "64", 16, minutes)));
    for (model, net, batch, minutes) in runs {
        let link = format!("/?device={device}#net={net}&batch={batch}&steps=1000000");
        let page = Page::open(setup, Site::whole(), &link).await;
        page.wait_phase("ready").await;
        page.click("train").await;
        page.wait_step(4).await;
        let window = Duration::from_secs(if slow { 150 } else { 30 });
        let still = pace(&page, tokio::time::sleep(window)).await;
        let mut frames_under_hand = Value::Null;
        let dragged = pace(&page, async { frames_under_hand = frames(&page, "left").await }).await;
        let mut memory = vec![[renderer_megabytes(), gpu_megabytes()]];
        let start = Instant::now();
        while start.elapsed().as_secs_f64() < 60.0 * minutes {
            tokio::time::sleep(Duration::from_secs(15)).await;
            memory.push([renderer_megabytes(), gpu_megabytes()]);
        }
        lines.push(json!({
            "device": device,
            "model": model,
            "steps_per_second": { "still": still, "while_dragging": dragged },
            "drag_handle": frames_under_hand,
            "minutes": minutes,
            "step": page.step().await,
            "megabytes_of_page_and_gpu_process_every_15_s": memory,
        }));
    }
    Value::Array(lines)
}

/// Steps a second that a run takes while something else goes on.
async fn pace(page: &Page, meanwhile: impl Future<Output = ()>) -> f64 {
    let (start, step) = (Instant::now(), page.step().await);
    meanwhile.await;
    f64::from(page.step().await - step) / start.elapsed().as_secs_f64()
}

/// Drags with a button along a wide curve: intervals between animation frames, and what the page's own thread worked for
/// each of them. The network's arithmetic is on the engine's thread.
async fn frames(page: &Page, button: &str) -> Value {
    page.cdp("Performance.enable", json!({})).await;
    let [x, y] = page.middle("plane").await;
    mouse(page, "mouseMoved", "none", [x, y]).await;
    mouse(page, "mousePressed", button, [x, y]).await;
    page.run(RECORD, json!({})).await;
    let before = busy(page).await;
    for i in 1..=MOVES {
        let t = f64::from(i) / 40.0;
        mouse(page, "mouseMoved", button, [x + 260.0 * t.sin(), y + 170.0 * (1.3 * t).sin()]).await;
    }
    let after = busy(page).await;
    let stamps = numbers(page.run("globalThis.__recording = false; return globalThis.__stamps;", json!({})).await);
    mouse(page, "mouseReleased", button, [x, y]).await;
    let intervals: Vec<f64> = stamps.windows(2).map(|pair| pair[1] - pair[0]).collect();
    json!({
        "frame_ms": { "p50": quantile(&intervals, 0.5), "p95": quantile(&intervals, 0.95), "frames": intervals.len() },
        "script_ms_a_frame": (after.0 - before.0) / intervals.len() as f64,
        "page_thread_ms_a_frame": (after.1 - before.1) / intervals.len() as f64,
    })
}

async fn latency(page: &Page) -> Value {
    let [x, y] = page.middle("handle").await;
    page.run(WATCH, json!({})).await;
    mouse(page, "mousePressed", "left", [x, y]).await;
    for i in 1..=WAITED {
        let t = f64::from(i) / 9.0;
        mouse(page, "mouseMoved", "left", [x + 60.0 * t.sin(), y + 40.0 * t.cos()]).await;
        // Each move has time to be answered before the next.
        tokio::time::sleep(Duration::from_millis(ANSWER)).await;
    }
    mouse(page, "mouseReleased", "left", [x, y]).await;
    let times = numbers(page.value("globalThis.__times").await);
    json!({ "p50": quantile(&times, 0.5), "p95": quantile(&times, 0.95), "times": times.len() })
}

/// Memory of the page's process before and after so many minutes of panning, zooming and dragging, in megabytes.
pub async fn wander(setup: Setup, device: &str, minutes: f64) -> Value {
    let page = Page::open(setup, Site::whole(), &format!("/?device={device}#points=train")).await;
    page.wait_phase("ready").await;
    tokio::time::sleep(Duration::from_secs(10)).await;
    let (start, mut memory) = (Instant::now(), vec![renderer_megabytes()]);
    let [x, y] = page.middle("plane").await;
    let mut step = 0u32;
    while start.elapsed().as_secs_f64() < 60.0 * minutes {
        let t = f64::from(step) / 7.0;
        let at = [x + 300.0 * (0.61 * t).sin(), y + 200.0 * (0.37 * t).cos()];
        match step % 40 {
            0..10 => mouse(&page, "mouseMoved", "none", at).await,
            10 => mouse(&page, "mousePressed", "right", at).await,
            11..24 => mouse(&page, "mouseMoved", "right", at).await,
            24 => mouse(&page, "mouseReleased", "right", at).await,
            25 => mouse(&page, "mousePressed", "left", at).await,
            26..38 => mouse(&page, "mouseMoved", "left", at).await,
            38 => mouse(&page, "mouseReleased", "left", at).await,
            _ => {
                let turn = if step / 40 % 8 < 4 { -400.0 } else { 400.0 };
                let wheel = json!({ "type": "mouseWheel", "x": at[0], "y": at[1], "deltaX": 0, "deltaY": turn });
                page.cdp("Input.dispatchMouseEvent", wheel).await;
            }
        }
        if step % 400 == 399 {
            page.click("zoom-fit").await;
            memory.push(renderer_megabytes());
        }
        step += 1;
        tokio::time::sleep(Duration::from_millis(12)).await;
    }
    memory.push(renderer_megabytes());
    let rest = &memory[memory.len() / 4..];
    json!({
        "device": device,
        "minutes": minutes,
        "events": step,
        "megabytes": { "start": memory[0], "end": memory[memory.len() - 1], "after_a_quarter": rest[0],
            "most": memory.iter().copied().fold(0.0, f64::max) },
    })
}

async fn mouse(page: &Page, kind: &str, button: &str, [x, y]: [f64; 2]) {
    let held = match button {
        "left" => 1,
        "right" => 2,
        _ => 0,
    };
    let event = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": held, "clickCount": 1 });
    page.cdp("Input.dispatchMouseEvent", event).await;
}

/// Milliseconds that the page's main thread has run scripts, and has worked at all.
async fn busy(page: &Page) -> (f64, f64) {
    let answer = page.cdp("Performance.getMetrics", json!({})).await;
    let metrics = answer["metrics"].as_array().cloned().unwrap_or_default();
    let of = |name: &str| {
        let metric = metrics.iter().find(|metric| metric["name"] == name);
        metric.and_then(|metric| metric["value"].as_f64()).unwrap_or(f64::NAN) * 1000.0
    };
    (of("ScriptDuration"), of("TaskDuration"))
}

/// Resident memory of the page's process: the renderer among this program's descendants.
pub fn renderer_megabytes() -> f64 {
    megabytes("--type=renderer")
}

/// Of the process that has the GPU's buffers, or computes in its place.
fn gpu_megabytes() -> f64 {
    megabytes("--type=gpu-process")
}

fn megabytes(kind: &str) -> f64 {
    let processes = fs::read_dir("/proc").into_iter().flatten().flatten();
    let numbers = processes.filter_map(|process| process.file_name().to_str()?.parse::<u32>().ok());
    let pages = numbers.filter(|&process| {
        let line = fs::read_to_string(format!("/proc/{process}/cmdline"));
        line.is_ok_and(|line| line.contains(kind)) && is_ours(process)
    });
    pages.filter_map(|page| status(page, "VmRSS:")).sum::<f64>() / 1024.0
}

fn is_ours(process: u32) -> bool {
    let parent = |process: &u32| status(*process, "PPid:").map(|parent| parent as u32);
    std::iter::successors(Some(process), parent).take_while(|process| *process > 1).any(|p| p == std::process::id())
}

/// A number of a process's status.
fn status(process: u32, name: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    status.lines().find_map(|line| line.strip_prefix(name))?.split_whitespace().next()?.parse().ok()
}
