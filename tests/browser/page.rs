//! What a person does with the page and sees of it, in their order.

use std::time::{Duration, Instant};

use serde_json::{Value, json};
use thirtyfour::Key;

use super::{
    chromium::{Browser, Setup},
    hand::line,
    picture::Picture,
    server::Site,
};

pub const ENGLISH: &str = include_str!("../../locales/en.json");
pub const SPANISH: &str = include_str!("../../locales/es.json");

/// What the page says under `key`.
pub fn word(language: &str, key: &str) -> String {
    let words: Value = serde_json::from_str(language).expect("a locale is JSON");
    words[key].as_str().unwrap_or_else(|| panic!("no text {key}")).to_owned()
}

/// The page in a browser. Elements are named by their `data-testid`.
pub struct Page {
    pub site: Site,
    pub browser: Browser,
    pub patience: Duration,
}

impl Page {
    /// Opens `path` (with query and fragment) of the site.
    pub async fn open(setup: Setup, site: Site, path: &str) -> Self {
        Self::open_after(setup, site, path, "").await
    }

    /// Opens it after `script` has run in the empty document.
    pub async fn open_after(setup: Setup, site: Site, path: &str, script: &str) -> Self {
        let browser = Browser::start(setup).await;
        if !script.is_empty() {
            let early = json!({ "source": script });
            let added = browser.cdp().send_raw("Page.addScriptToEvaluateOnNewDocument", early).await;
            added.expect("Chromium takes a script");
        }
        browser.goto(site.url(path)).await.expect("the page loads");
        // Generous: no test is about time. SwiftShader compiles some eighty pipelines before its first step.
        let patience = Duration::from_secs(if setup.has_webgpu() { 400 } else { 90 });
        Self { site, browser, patience }
    }

    /// The value of a JavaScript expression.
    pub async fn value(&self, expression: &str) -> Value {
        self.run(&format!("return ({expression});"), json!({})).await
    }

    /// What a script returns; `given` is its variable.
    pub async fn run(&self, script: &str, given: Value) -> Value {
        let script = format!(
            "const given = arguments[0]; const find = id => document.querySelector(`[data-testid=\"${{id}}\"]`);\n{script}"
        );
        let result = self.browser.execute(script.as_str(), vec![given]).await;
        result.unwrap_or_else(|error| panic!("{script}\n{error}")).json().clone()
    }

    /// A command of the DevTools protocol, and its answer.
    pub async fn cdp(&self, command: &str, parameters: Value) -> Value {
        let answer = self.browser.cdp().send_raw(command, parameters).await;
        answer.unwrap_or_else(|error| panic!("{command}: {error}"))
    }

    /// What a script gives to its function `done`.
    pub async fn run_async(&self, script: &str, given: Value) -> Value {
        let script = format!("const given = arguments[0], done = arguments[1];\n{script}");
        let result = self.browser.execute_async(script.as_str(), vec![given]).await;
        result.unwrap_or_else(|error| panic!("{script}\n{error}")).json().clone()
    }

    /// Starts a run once that can be, and lets it come so far.
    pub async fn train_to(&self, step: u32) {
        self.wait_phase("ready").await;
        self.click("train").await;
        self.wait_step(step).await;
    }

    /// Waits until a JavaScript condition holds; `story` says what was waited for.
    pub async fn wait(&self, story: &str, condition: &str) {
        let start = Instant::now();
        while self.run(&format!("return Boolean({condition});"), json!({})).await != Value::Bool(true) {
            if start.elapsed() > self.patience {
                let state =
                    self.value("document.documentElement.dataset.phase + ' | ' + find('notice')?.textContent").await;
                let (console, served) = (self.console().await, self.site.served());
                panic!(
                    "waited in vain: {story}\n{condition}\nstate: {state}\nconsole: {console:#?}\nserved: {served:#?}"
                );
            }
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// Looks again until there is something to see; `story` says what.
    pub async fn until<T>(&self, story: &str, mut look: impl AsyncFnMut() -> Option<T>) -> T {
        let start = Instant::now();
        loop {
            if let Some(found) = look().await {
                return found;
            }
            assert!(start.elapsed() < self.patience, "waited in vain: {story}; console: {:#?}", self.console().await);
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    pub async fn wait_phase(&self, phase: &str) {
        let condition = format!("document.documentElement.dataset.phase === '{phase}'");
        self.wait(&format!("the engine is {phase}"), &condition).await;
    }

    pub async fn wait_step(&self, step: u32) {
        let condition = format!("Number(document.documentElement.dataset.step) >= {step}");
        self.wait(&format!("step {step}"), &condition).await;
    }

    pub async fn wait_device(&self, device: &str) {
        self.wait(&format!("{device} computes"), &format!("find('device')?.dataset.device === '{device}'")).await;
    }

    /// Waits for the one line that says what went wrong; gives it.
    pub async fn wait_notice(&self) -> String {
        self.wait("a notice", "find('notice')?.textContent.trim()").await;
        self.text("notice").await
    }

    pub async fn phase(&self) -> String {
        self.string("document.documentElement.dataset.phase").await
    }

    pub async fn step(&self) -> u32 {
        self.number("Number(document.documentElement.dataset.step)").await as u32
    }

    /// Where the handle stands.
    pub async fn z(&self) -> [f64; 2] {
        let text = self.string("find('handle').dataset.z").await;
        let coordinates: Vec<f64> = text.split(',').filter_map(|x| x.trim().parse().ok()).collect();
        coordinates.try_into().unwrap_or_else(|_| panic!("data-z is two numbers, not {text}"))
    }

    pub async fn text(&self, id: &str) -> String {
        self.run("return find(given)?.textContent.trim() ?? '';", json!(id))
            .await
            .as_str()
            .unwrap_or_default()
            .to_owned()
    }

    pub async fn string(&self, expression: &str) -> String {
        let value = self.value(expression).await;
        value.as_str().unwrap_or_else(|| panic!("{expression} is a string, not {value}")).to_owned()
    }

    pub async fn number(&self, expression: &str) -> f64 {
        let value = self.value(expression).await;
        value.as_f64().unwrap_or_else(|| panic!("{expression} is a number, not {value}"))
    }

    /// The canvas `id` (or the first in it that is on show), scaled to `width` by `height`.
    pub async fn picture(&self, id: &str, width: usize, height: usize) -> Picture {
        let script = "
            const element = find(given.id);
            const inside = () => [...element?.querySelectorAll('canvas') ?? []].find(canvas => canvas.checkVisibility());
            const source = element?.matches('canvas') ? element : inside();
            if (!source || !source.width) return [];
            const copy = new OffscreenCanvas(given.width, given.height).getContext('2d');
            copy.drawImage(source, 0, 0, given.width, given.height);
            return Array.from(copy.getImageData(0, 0, given.width, given.height).data);";
        Picture::from_json(
            &self.run(script, json!({ "id": id, "width": width, "height": height })).await,
            width,
            height,
        )
    }

    /// What the engine decodes where the handle stands, at the resolution of the data.
    pub async fn decoded(&self) -> Picture {
        self.wait("a live decoding of z", "find('decoded')?.dataset.z === find('handle')?.dataset.z").await;
        self.picture("decoded", 28, 28).await
    }

    /// The canvas `id`, read again until it is as wanted; `picture` is the last reading and says at which size.
    pub async fn picture_once(&self, id: &str, mut picture: Picture, wanted: impl Fn(&Picture) -> bool) -> Picture {
        let start = Instant::now();
        while !wanted(&picture) {
            assert!(start.elapsed() < self.patience, "{id} never looked as it should: contrast {}", picture.contrast());
            tokio::time::sleep(Duration::from_millis(50)).await;
            picture = self.picture(id, picture.width, picture.height).await;
        }
        picture
    }

    /// Waits until the codes are drawn; gives the place of one of them that nothing covers, in CSS pixels.
    pub async fn wait_coloured_point(&self) -> [f64; 2] {
        let script = "
            const canvas = find('points'), plane = find('plane'), handle = find('handle')?.getBoundingClientRect();
            if (!canvas?.width || !plane || !handle) return null;
            const box = canvas.getBoundingClientRect(), scale = canvas.width / box.width;
            const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext('2d');
            copy.drawImage(canvas, 0, 0);
            const data = copy.getImageData(0, 0, canvas.width, canvas.height).data;
            for (let y = box.height * 0.3; y < box.height * 0.7; y += 1) for (let x = box.width * 0.3; x < box.width * 0.7; x += 1) {
                const at = 4 * (Math.round(y * scale) * canvas.width + Math.round(x * scale));
                const [r, g, b, a] = data.slice(at, at + 4);
                const [px, py] = [box.x + x, box.y + y];
                if (a < 200 || Math.max(r, g, b) - Math.min(r, g, b) < 60) continue;
                if (Math.hypot(px - handle.x, py - handle.y) < 80) continue;
                const top = document.elementFromPoint(px, py);
                if (top === plane || plane.contains(top)) return [px, py];
            }
            return null;";
        let start = Instant::now();
        loop {
            if let Ok(at) = serde_json::from_value(self.run(script, json!({})).await) {
                return at;
            }
            assert!(
                start.elapsed() < self.patience,
                "no coloured point on the plane; console: {:#?}",
                self.console().await
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// The middle of an element in CSS pixels of the window.
    pub async fn middle(&self, id: &str) -> [f64; 2] {
        let rect =
            self.run("const r = find(given).getBoundingClientRect(); return [r.x, r.y, r.width, r.height];", json!(id));
        let rect: Vec<f64> = serde_json::from_value(rect.await).expect("a rectangle");
        [rect[0] + rect[2] / 2.0, rect[1] + rect[3] / 2.0]
    }

    /// Brings the middle of an element into the window; where it is in sight already, nothing moves.
    pub async fn scroll_to(&self, id: &str) {
        let script = "const element = find(given), r = element.getBoundingClientRect();
            const top = document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2);
            if (!element.contains(top)) element.scrollIntoView({ block: 'center', behavior: 'instant' });";
        self.run(script, json!(id)).await;
    }

    pub async fn click(&self, id: &str) {
        self.scroll_to(id).await;
        let at = self.middle(id).await;
        self.stroke(&[at]).await;
    }

    /// Presses the mouse at the first point, moves it through the others and lets go.
    pub async fn stroke(&self, path: &[[f64; 2]]) {
        let mut actions = self.browser.action_chain_with_delay(None, Some(Duration::from_millis(16)));
        for (i, [x, y]) in path.iter().enumerate() {
            actions = actions.move_to(x.round() as i64, y.round() as i64);
            if i == 0 {
                actions = actions.click_and_hold();
            }
        }
        actions.release().perform().await.expect("the pointer moves");
    }

    /// Moves the mouse without a button.
    pub async fn point_at(&self, [x, y]: [f64; 2]) {
        let actions = self.browser.action_chain_with_delay(None, Some(Duration::from_millis(16)));
        let (x, y) = (x.round() as i64, y.round() as i64);
        actions.move_to(x - 3, y).move_to(x, y).perform().await.expect("the pointer moves");
    }

    /// Drags the handle by so many pixels.
    pub async fn drag_handle(&self, by: [f64; 2]) {
        self.scroll_to("plane").await;
        self.stroke(&line(self.middle("handle").await, by, 10)).await;
    }

    /// The same with a finger.
    pub async fn drag_handle_by_touch(&self, by: [f64; 2]) {
        self.scroll_to("plane").await;
        self.touch(&[line(self.middle("handle").await, by, 10)]).await;
    }

    /// Gives the handle the keyboard and presses a key so many times.
    pub async fn press_on_handle(&self, key: Key, shift: bool, times: usize) {
        self.run("find('handle').focus();", json!({})).await;
        let mut actions = self.browser.action_chain();
        if shift {
            actions = actions.key_down(Key::Shift);
        }
        for _ in 0..times {
            actions = actions.key_down(key.clone()).key_up(key.clone());
        }
        if shift {
            actions = actions.key_up(Key::Shift);
        }
        actions.perform().await.expect("keys are pressed");
    }

    /// Draws strokes on the pad; coordinates are 0..1 from its top left.
    pub async fn draw(&self, strokes: &[&[[f64; 2]]]) {
        self.draw_on("pad", strokes).await;
    }

    /// The same on another.
    pub async fn draw_on(&self, id: &str, strokes: &[&[[f64; 2]]]) {
        self.scroll_to(id).await;
        let rect =
            self.run("const r = find(given).getBoundingClientRect(); return [r.x, r.y, r.width, r.height];", json!(id));
        let rect: [f64; 4] = serde_json::from_value(rect.await).expect("a rectangle");
        for stroke in strokes {
            let path: Vec<[f64; 2]> =
                stroke.iter().map(|[x, y]| [rect[0] + x * rect[2], rect[1] + y * rect[3]]).collect();
            self.stroke(&path).await;
        }
    }

    /// Reconstruction, KL and total of the last step that the loss chart knows, in nats a picture.
    pub async fn losses(&self) -> Option<[f64; 3]> {
        let label = self.string("find('loss-chart')?.getAttribute('aria-label') ?? ''").await;
        let words = label.split(|c: char| c.is_whitespace() || c == ',');
        let numbers: Vec<f64> = words.filter_map(|word| word.replace('−', "-").parse().ok()).collect();
        numbers.try_into().ok()
    }

    pub async fn wait_losses(&self) -> [f64; 3] {
        let start = Instant::now();
        loop {
            if let Some(losses) = self.losses().await {
                return losses;
            }
            assert!(start.elapsed() < self.patience, "the loss chart names no losses");
            tokio::time::sleep(Duration::from_millis(30)).await;
        }
    }

    /// As on a screen of this size.
    pub async fn resize(&self, width: u32, height: u32) {
        let screen = json!({ "width": width, "height": height, "deviceScaleFactor": 2, "mobile": true });
        self.cdp("Emulation.setDeviceMetricsOverride", screen).await;
    }

    /// What the console says, errors and all.
    pub async fn console(&self) -> Vec<String> {
        let log = self.browser.browser_log().await.expect("Chromium keeps a log");
        log.into_iter().map(|entry| format!("{}: {}", entry.level, entry.message)).collect()
    }

    /// Ends a test that nothing went wrong in.
    pub async fn check_no_errors(&self) {
        self.check_console().await;
        assert_eq!(self.text("notice").await, "", "no notice; console: {:#?}", self.console().await);
    }

    pub async fn check_console(&self) {
        let errors: Vec<String> = self.console().await.into_iter().filter(|line| line.starts_with("SEVERE")).collect();
        assert!(errors.is_empty(), "on the console: {errors:#?}");
    }

    /// Waits for the sentence that the English texts have under `key`, and takes the notice away.
    pub async fn wait_said(&self, key: &str) {
        let sentence = word(ENGLISH, key);
        self.until(&sentence, async || (self.text("notice").await == sentence).then_some(())).await;
        self.run("find('notice').querySelector('.close').click();", json!({})).await;
        self.wait("no notice", "!find('notice').textContent").await;
    }

    /// Whatever has failed: the handle still moves by mouse and by key.
    pub async fn check_handle_moves(&self) {
        let before = self.z().await;
        self.drag_handle([40.0, 30.0]).await;
        let dragged = self.z().await;
        assert!(dragged[0] > before[0] && dragged[1] < before[1], "{before:?} → {dragged:?}");
        self.press_on_handle(Key::Left, false, 1).await;
        let pressed = self.z().await;
        assert!((dragged[0] - pressed[0] - 0.05).abs() < 1e-4, "{dragged:?} → {pressed:?}");
    }

    /// ... and the decoding follows.
    pub async fn check_decoding_follows(&self) {
        let before = self.decoded().await;
        self.check_handle_moves().await;
        let after = self.decoded().await;
        assert!(after.distance(&before) > 0.01 && after.contrast() > 0.05, "{}", after.distance(&before));
    }
}
