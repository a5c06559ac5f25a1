//! What may go wrong: each time one sentence, and a page that stays usable.

use serde_json::json;

use super::{
    chromium::Setup,
    page::Page,
    server::{Fault, Site},
};

/// One sentence: something is said, on one line, and it is not the machine talking.
#[track_caller]
fn check_sentence(notice: &str, about: &[&str]) {
    let lower = notice.to_lowercase();
    assert!(about.iter().any(|word| lower.contains(word)), "{notice} is about none of {about:?}");
    assert!(notice.len() < 200 && !lower.contains("error:") && !lower.contains("undefined"), "{notice}");
}

#[tokio::test]
async fn weights_cut_short() {
    let page = Page::open(Setup::CPU, Site::with(Fault::Cut("mnist-vae-2d-cosine/weights")), "/").await;
    check_sentence(&page.wait_notice().await, &["weights"]);
    page.wait_coloured_point().await;
    page.check_handle_moves().await;
}

#[tokio::test]
async fn a_model_that_cannot_be_fetched() {
    let page = Page::open(Setup::CPU, Site::with(Fault::Lost("pretrained/")), "/").await;
    check_sentence(&page.wait_notice().await, &["file", "load"]);
    page.check_handle_moves().await;
    // Training needs no file.
    page.click("train").await;
    page.wait_step(5).await;
}

#[tokio::test]
async fn an_engine_that_cannot_be_fetched() {
    let page = Page::open(Setup::CPU, Site::with(Fault::Lost("engine-cpu_bg.wasm")), "/").await;
    check_sentence(&page.wait_notice().await, &["engine"]);
    page.wait_coloured_point().await;
    page.check_handle_moves().await;
}

#[tokio::test]
async fn an_engine_cut_short() {
    let page = Page::open(Setup::CPU, Site::with(Fault::Cut("engine-cpu_bg.wasm")), "/").await;
    check_sentence(&page.wait_notice().await, &["engine"]);
    page.check_handle_moves().await;
}

#[tokio::test]
async fn a_link_with_nonsense() {
    let page = Page::open(Setup::SPANISH, Site::whole(), "/#z=banana&strip=4-9&nonsense=%F0%9F&beta=-7").await;
    let notice = page.wait_notice().await;
    check_sentence(&notice, &["enlace"]);
    page.wait_phase("ready").await;
    page.check_decoding_follows().await;
}

#[tokio::test]
async fn storage_denied() {
    let deny = "for (const name of ['localStorage', 'sessionStorage', 'indexedDB', 'caches'])
        Object.defineProperty(window, name, { get() { throw new DOMException('denied', 'SecurityError'); } });";
    let page = Page::open_after(Setup::CPU, Site::whole(), "/", deny).await;
    page.wait_phase("ready").await;
    page.click("language").await;
    page.wait("Spanish", "document.documentElement.lang === 'es'").await;
    page.check_decoding_follows().await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn webgpu_asked_for_and_absent() {
    let page = Page::open(Setup::CPU, Site::whole(), "/?device=webgpu").await;
    check_sentence(&page.wait_notice().await, &["webgpu"]);
    page.wait_device("cpu").await;
    page.wait_phase("ready").await;
    page.check_decoding_follows().await;
}

/// Lets a test reach the page's workers.
const KEEP_WORKERS: &str = "window.workers = [];
    window.Worker = class extends Worker { constructor(...given) { super(...given); window.workers.push(this); } };";

/// Ends the newest worker as a crash does: it falls silent after an error event.
async fn crash_engine(page: &Page) {
    let script = "const worker = workers.at(-1); worker.terminate();
        worker.dispatchEvent(new ErrorEvent('error', { message: 'unreachable', cancelable: true })); return workers.length;";
    let workers = page.run(script, json!({})).await;
    assert!(workers.as_u64().is_some_and(|count| count > 0), "the page has a worker");
}

#[tokio::test]
async fn an_engine_that_dies_idle_is_replaced() {
    let page = Page::open_after(Setup::CPU, Site::whole(), "/", KEEP_WORKERS).await;
    page.wait_phase("ready").await;
    crash_engine(&page).await;
    check_sentence(&page.wait_notice().await, &["engine"]);
    page.wait("a new engine", "workers.length > 1").await;
    page.wait_phase("ready").await;
    page.check_decoding_follows().await;
}

#[tokio::test]
async fn a_run_survives_its_engine() {
    let link = "/#steps=4000&batch=32&net=64&digits=500";
    let page = Page::open_after(Setup::CPU, Site::whole(), link, KEEP_WORKERS).await;
    page.train_to(150).await;
    crash_engine(&page).await;
    check_sentence(&page.wait_notice().await, &["engine"]);
    page.wait("a new engine", "workers.length > 1").await;
    page.wait_phase("training").await;
    page.wait_step(250).await;
    page.check_decoding_follows().await;
}
