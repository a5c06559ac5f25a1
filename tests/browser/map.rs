//! Where things are on the plane, and what its canvases show there.

use std::time::Duration;

use latentscape::latent::view::View;
use latentscape::protocol::Area;
use serde_json::{Value, json};

use super::{page::Page, picture::Picture};

/// What the plane shows now, and where on the screen.
#[derive(Clone, Copy, Debug)]
pub struct Map {
    pub view: View,
    corner: [f64; 2],
}

impl Map {
    /// Where a point of the plane is on the screen.
    pub fn screen(&self, z: [f32; 2]) -> [f64; 2] {
        let [x, y] = self.view.to_pixel(z);
        [self.corner[0] + f64::from(x), self.corner[1] + f64::from(y)]
    }

    /// Which point of the plane is there on the screen.
    pub fn z(&self, at: [f64; 2]) -> [f32; 2] {
        self.view.to_z([(at[0] - self.corner[0]) as f32, (at[1] - self.corner[1]) as f32])
    }

    /// Whether a point is so many pixels and more inside the window.
    pub fn shows(&self, z: [f32; 2], margin: f32) -> bool {
        let [x, y] = self.view.to_pixel(z);
        (margin..self.view.width - margin).contains(&x) && (margin..self.view.height - margin).contains(&y)
    }

    /// The middle of the window, on the screen, in whole pixels.
    pub fn middle(&self) -> [f64; 2] {
        let [x, y] = self.corner;
        [(x + f64::from(self.view.width) / 2.0).round(), (y + f64::from(self.view.height) / 2.0).round()]
    }
}

/// A square around a point, in units of z.
pub fn around(z: [f32; 2], half: f32) -> Area {
    Area { min: z.map(|x| x - half), max: z.map(|x| x + half) }
}

/// The distance of two points.
pub fn apart(a: [f32; 2], b: [f32; 2]) -> f32 {
    (a[0] - b[0]).hypot(a[1] - b[1])
}

/// Numbers with commas between them.
pub fn numbers<const N: usize>(text: &str) -> [f64; N] {
    let numbers: Vec<f64> = text.split(',').filter_map(|x| x.trim().parse().ok()).collect();
    numbers.try_into().unwrap_or_else(|_| panic!("{N} numbers, not {text}"))
}

impl Page {
    pub async fn map(&self) -> Map {
        let script = "const plane = document.querySelector('.plane'), box = plane.getBoundingClientRect();
            return [plane.dataset.at, [plane.clientWidth, plane.clientHeight, box.left, box.top]];";
        let (at, [width, height, left, top]): (String, [f64; 4]) =
            serde_json::from_value(self.run(script, json!({})).await).expect("the plane says what it shows");
        let [x, y, zoom] = numbers(&at);
        let view = View { width: width as f32, height: height as f32, centre: [x, y], zoom };
        Map { view, corner: [left, top] }
    }

    /// What the element `id` says of its place in `data-z`.
    pub async fn z_of(&self, id: &str) -> [f64; 2] {
        let text = self.run("return find(given)?.dataset.z ?? '';", json!(id)).await;
        numbers(text.as_str().unwrap_or_default())
    }

    /// What one of the plane's canvases shows of an area, scaled to `width` by `height`.
    pub async fn patch(&self, id: &str, area: Area, width: usize, height: usize) -> Picture {
        let map = self.map().await;
        let ([left, top], [right, bottom]) =
            (map.screen([area.min[0], area.max[1]]), map.screen([area.max[0], area.min[1]]));
        let script = "
            const canvas = find(given.id), box = canvas.getBoundingClientRect();
            const copy = new OffscreenCanvas(given.width, given.height).getContext('2d');
            copy.imageSmoothingQuality = 'high';
            const [x, y, w, h] = given.from, [sx, sy] = [canvas.width / box.width, canvas.height / box.height];
            copy.drawImage(canvas, (x - box.x) * sx, (y - box.y) * sy, w * sx, h * sy, 0, 0, given.width, given.height);
            return Array.from(copy.getImageData(0, 0, given.width, given.height).data);";
        let from = [left, top, right - left, bottom - top];
        let given = json!({ "id": id, "from": from, "width": width, "height": height });
        Picture::from_json(&self.run(script, given).await, width, height)
    }

    /// What is seen on the screen in a square around a point of the plane, all layers together.
    pub async fn seen(&self, z: [f32; 2], side: usize) -> Picture {
        let [x, y] = self.map().await.screen(z);
        let half = side as f64 / 2.0;
        // The clip is a part of the document, not of the window.
        let scrolled = self.value("[scrollX, scrollY]").await;
        let [right, down]: [f64; 2] = serde_json::from_value(scrolled).expect("two numbers");
        let clip = json!({ "x": x + right - half, "y": y + down - half, "width": side, "height": side, "scale": 1 });
        let shot = self.cdp("Page.captureScreenshot", json!({ "format": "png", "clip": clip })).await;
        let script = "
            const image = new Image(); image.src = 'data:image/png;base64,' + given.data;
            image.decode().then(() => {
                const copy = new OffscreenCanvas(given.side, given.side).getContext('2d');
                copy.drawImage(image, 0, 0, given.side, given.side);
                done(Array.from(copy.getImageData(0, 0, given.side, given.side).data));
            });";
        let bytes = self.run_async(script, json!({ "data": shot["data"], "side": side })).await;
        Picture::from_json(&bytes, side, side)
    }

    /// The same, once it does not change any more.
    pub async fn seen_at_rest(&self, z: [f32; 2], side: usize) -> Picture {
        let mut last = self.seen(z, side).await;
        self.until("a plane at rest", async || {
            tokio::time::sleep(Duration::from_millis(300)).await;
            let now = self.seen(z, side).await;
            (std::mem::replace(&mut last, now.clone()) == now).then_some(now)
        })
        .await
    }

    /// The words after `#` in the address, once they are as wanted.
    pub async fn wait_address(&self, words: &str) {
        let hash = serde_json::to_string(words).expect("text is JSON");
        self.wait(&format!("{words} in the address"), &format!("location.hash.includes({hash})")).await;
    }

    /// How many elements a selector finds.
    pub async fn count(&self, selector: &str) -> usize {
        let count = self.run("return document.querySelectorAll(given).length;", json!(selector)).await;
        count.as_u64().unwrap_or_default() as usize
    }

    /// Whether a switch is on.
    pub async fn is_pressed(&self, id: &str) -> bool {
        self.run("return find(given).getAttribute('aria-pressed') === 'true';", json!(id)).await == Value::Bool(true)
    }
}
