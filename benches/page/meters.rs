//! The meters on the ordinary page: how long a survey of the plane takes, and how soon a turned dial is seen.

use serde_json::{Value, json};

use super::chromium::Setup;
use super::page::Page;
use super::server::Site;
use super::{numbers, quantile};

/// Turns of the dial that are waited for.
const TURNS: u32 = 60;

/// From pressing something to the line that says on how many points a side the plane was measured: the milliseconds, and
/// the side, which the page halves on a device that is too slow for what it was not asked for.
const SURVEY: &str = "
    const line = document.querySelector('[data-testid=measured] span');
    const start = performance.now();
    let begun = false;
    const watch = new MutationObserver(() => {
        const busy = document.querySelector('[data-testid=measured] progress:not([hidden])');
        begun ||= !!busy;
        const side = /(\\d+) × \\1/.exec(line.textContent);
        if (begun && !busy && side && (!given.side || Number(side[1]) === given.side)) { watch.disconnect(); done([performance.now() - start, Number(side[1])]); }
    });
    watch.observe(document.querySelector('[data-testid=measured]'), { subtree: true, childList: true, characterData: true, attributes: true });
    document.querySelector(given.press).click();";

/// From a turn of the dial to another decoding of the handle's point on its canvas, and to another map: pixels are looked at
/// in every frame.
const DIAL: &str = "(async () => {
    const slider = document.querySelector('[data-testid=dial]'), last = Number(slider.max);
    const look = id => {
        const source = document.querySelector(`[data-testid=${id}]`);
        const copy = new OffscreenCanvas(32, 32).getContext('2d', { willReadFrequently: true });
        copy.drawImage(source, 0, 0, 32, 32);
        return copy.getImageData(0, 0, 32, 32).data.join();
    };
    const frame = () => new Promise(requestAnimationFrame);
    const points = [], pictures = [], maps = [];
    for (let turn = 0; turn < given.turns; turn++) {
        const before = { points: look('points'), decoded: look('decoded'), atlas: look('atlas') };
        // Members that differ: 1 to the last but three, one after another.
        slider.value = 1 + turn % (last - 3);
        slider.dispatchEvent(new Event('input', { bubbles: true }));
        const start = performance.now(), seen = {};
        while (performance.now() - start < given.patience && Object.keys(seen).length < 3) {
            await frame();
            for (const id in before) if (!(id in seen) && look(id) !== before[id]) seen[id] = performance.now() - start;
        }
        points.push(seen.points ?? given.patience); pictures.push(seen.decoded ?? given.patience); maps.push(seen.atlas ?? given.patience);
        await new Promise(rest => setTimeout(rest, given.rest));
    }
    return [...points, ...pictures, ...maps];
})().then(done, error => done(String(error)));";

pub async fn measure(setup: Setup, device: &str) -> Value {
    let slow = setup.has_webgpu();
    let mut lines = Vec::new();
    for (model, fine) in [("digits", true), ("mnist", !slow)] {
        let page = Page::open(setup, Site::whole(), &format!("/?device={device}#model={model}")).await;
        page.wait("measured", "find('score-completeness')?.dataset.origin === 'here'").await;
        page.run("find('meters').open = true;", json!({})).await;
        let survey = async |press: &str, side: Option<u32>| {
            page.run_async(SURVEY, json!({ "press": format!("[data-testid={press}]"), "side": side })).await
        };
        let coarse = survey("chosen-codes", None).await;
        let fine = if fine { survey("measure-fine", Some(256)).await } else { Value::Null };
        lines.push(json!({ "device": device, "model": model, "survey_ms_side": coarse, "fine_ms_side": fine }));
    }
    let page = Page::open(setup, Site::whole(), &format!("/?device={device}#model=digits")).await;
    page.wait("measured", "find('score-completeness')?.dataset.origin === 'here'").await;
    let (turns, patience, rest) = if slow { (8, 20_000, 15_000) } else { (TURNS, 2000, 700) };
    let given = json!({ "turns": turns, "patience": patience, "rest": rest });
    let times = numbers(page.run_async(DIAL, given).await);
    let of = |part: usize| {
        let times = &times[part * turns as usize..(part + 1) * turns as usize];
        json!({ "p50": quantile(times, 0.5), "p95": quantile(times, 0.95) })
    };
    lines.push(json!({ "device": device, "turns": turns, "dial_to_codes_ms": of(0), "dial_to_decoding_ms": of(1), "dial_to_map_ms": of(2) }));
    Value::Array(lines)
}
