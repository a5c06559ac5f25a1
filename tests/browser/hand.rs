//! The hand on the page: buttons, wheel, fingers and keys, through the browser's own input. Each event is sent when the
//! page has taken the last one, so that none is merged into another.

use std::path::Path;

use serde_json::{Value, json};
use thirtyfour::{By, Key};

use super::page::Page;

/// A key that is held meanwhile, as DevTools counts them.
pub const SHIFT: u32 = 8;

/// From one point to another in so many steps, both included.
pub fn line([x, y]: [f64; 2], [dx, dy]: [f64; 2], steps: u32) -> Vec<[f64; 2]> {
    let part = |i| f64::from(i) / f64::from(steps);
    (0..=steps).map(|i| [(x + dx * part(i)).round(), (y + dy * part(i)).round()]).collect()
}

impl Page {
    async fn mouse(&self, kind: &str, [x, y]: [f64; 2], button: &str, more: Value) {
        let buttons = match (kind, button) {
            ("mouseReleased", _) | (_, "none") => 0,
            (_, "right") => 2,
            _ => 1,
        };
        let mut event = json!({ "type": kind, "x": x, "y": y, "button": button, "buttons": buttons, "clickCount": 1 });
        for (key, value) in more.as_object().into_iter().flatten() {
            event[key] = value.clone();
        }
        self.cdp("Input.dispatchMouseEvent", event).await;
    }

    /// Presses `button` at the first point, moves through the others and lets go.
    pub async fn drag(&self, button: &str, path: &[[f64; 2]]) {
        let (Some(&first), Some(&last)) = (path.first(), path.last()) else { return };
        self.mouse("mouseMoved", first, "none", json!({})).await;
        self.mouse("mousePressed", first, button, json!({})).await;
        for &at in &path[1..] {
            self.mouse("mouseMoved", at, button, json!({})).await;
        }
        self.mouse("mouseReleased", last, button, json!({})).await;
    }

    /// Moves the mouse there without a button.
    pub async fn rest_on(&self, [x, y]: [f64; 2]) {
        self.mouse("mouseMoved", [x - 2.0, y], "none", json!({})).await;
        self.mouse("mouseMoved", [x, y], "none", json!({})).await;
    }

    pub async fn click_with(&self, modifiers: u32, at: [f64; 2]) {
        self.mouse("mouseMoved", at, "none", json!({})).await;
        for kind in ["mousePressed", "mouseReleased"] {
            self.mouse(kind, at, "left", json!({ "modifiers": modifiers })).await;
        }
    }

    pub async fn double_click_with(&self, modifiers: u32, at: [f64; 2]) {
        self.mouse("mouseMoved", at, "none", json!({})).await;
        for count in [1, 2] {
            for kind in ["mousePressed", "mouseReleased"] {
                self.mouse(kind, at, "left", json!({ "modifiers": modifiers, "clickCount": count })).await;
            }
        }
    }

    /// Turns the wheel by so many pixels; down is more.
    pub async fn wheel(&self, at: [f64; 2], delta: f64) {
        self.mouse("mouseWheel", at, "none", json!({ "deltaX": 0.0, "deltaY": delta })).await;
    }

    /// Fingers that go the same number of steps, each along its own path.
    pub async fn touch(&self, fingers: &[Vec<[f64; 2]>]) {
        let steps = fingers.first().map_or(0, Vec::len);
        for step in 0..steps {
            let kind = if step == 0 { "touchStart" } else { "touchMove" };
            let point =
                |(id, path): (usize, &Vec<[f64; 2]>)| json!({ "id": id, "x": path[step][0], "y": path[step][1] });
            let points: Vec<Value> = fingers.iter().enumerate().map(point).collect();
            self.cdp("Input.dispatchTouchEvent", json!({ "type": kind, "touchPoints": points })).await;
        }
        self.cdp("Input.dispatchTouchEvent", json!({ "type": "touchEnd", "touchPoints": [] })).await;
    }

    /// Drops files on an element as a hand does.
    pub async fn drop_files(&self, id: &str, files: &[&Path]) {
        self.scroll_to(id).await;
        let [x, y] = self.middle(id).await;
        for kind in ["dragEnter", "dragOver", "drop"] {
            let data = json!({ "items": [], "files": files, "dragOperationsMask": 1 });
            self.cdp("Input.dispatchDragEvent", json!({ "type": kind, "x": x, "y": y, "data": data })).await;
        }
    }

    /// Chooses files in a field of files, as its dialog does.
    pub async fn choose_files(&self, id: &str, files: &[&Path]) {
        let field = format!("document.querySelector('[data-testid={id}]')");
        let found = self.cdp("Runtime.evaluate", json!({ "expression": field })).await;
        let object = found["result"]["objectId"].clone();
        self.cdp("DOM.setFileInputFiles", json!({ "files": files, "objectId": object })).await;
    }

    /// Gives an element the keyboard.
    pub async fn focus(&self, selector: &str) {
        self.run("document.querySelector(given).focus();", json!(selector)).await;
    }

    /// Presses a key where the keyboard is, with others held.
    pub async fn press(&self, held: &[Key], key: impl Into<char>) {
        let (mut actions, key) = (self.browser.action_chain(), key.into());
        for held in held {
            actions = actions.key_down(held.clone());
        }
        actions = actions.key_down(key).key_up(key);
        for held in held {
            actions = actions.key_up(held.clone());
        }
        actions.perform().await.expect("keys are pressed");
    }

    /// Types over what a field holds, and Enter.
    pub async fn type_into(&self, id: &str, text: &str) {
        self.scroll_to(id).await;
        self.run("find(given).focus(); find(given).select();", json!(id)).await;
        let actions = self.browser.action_chain().send_keys(text + Key::Enter);
        actions.perform().await.expect("keys are pressed");
    }

    /// Chooses from a list.
    pub async fn choose(&self, id: &str, value: &str) {
        let option = By::Css(format!("[data-testid='{id}'] option[value='{value}']"));
        let option = self.browser.find(option).await.unwrap_or_else(|error| panic!("{value} in {id}: {error}"));
        option.click().await.expect("an option can be chosen");
    }
}
