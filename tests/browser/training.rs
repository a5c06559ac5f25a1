//! Training in the page, on the CPU.

use super::{chromium::Setup, page::Page, picture::Picture, server::Site};

/// The plane as it looks: codes and decodings, coarsely.
async fn plane(page: &Page) -> (Picture, Picture) {
    (page.picture("points", 80, 60).await, page.picture("atlas", 80, 60).await)
}

/// Nats a picture of a model of pictures whose weights are fresh: 784·ln 2.
const FRESH: f64 = 543.4;

#[tokio::test]
async fn a_small_model_trains_pauses_resumes_stops_and_goes_back() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#steps=2000&batch=64&net=256-128&digits=2000").await;
    page.wait_phase("ready").await;
    page.decoded().await;
    let z = page.z().await;
    page.wait_coloured_point().await;
    let shipped_plane = plane(&page).await;

    page.click("train").await;
    page.wait_phase("training").await;
    page.wait_step(1).await;
    let first = page.wait_losses().await;
    assert!(first[2] > 150.0 && first[2] < 700.0, "nats a picture near the start: {first:?}");
    page.wait_step(60).await;
    let (early, early_curves) = (plane(&page).await, page.picture("loss-chart", 200, 100).await);

    // Dragging stays live while it trains.
    page.drag_handle([70.0, 50.0]).await;
    assert_ne!(page.z().await, z);
    assert!(page.decoded().await.contrast() > 0.02);
    assert_eq!(page.phase().await, "training");

    page.wait_step(260).await;
    let later = page.wait_losses().await;
    // Of the fresh model, not of the first loss that was read, which on a busy machine is of some thirty steps later.
    assert!(later[2] < 0.4 * FRESH, "260 steps bring the loss to less than 0.4 of a fresh model's: {later:?}");
    assert!((later[0] + later[1] - later[2]).abs() < 1.5, "total = reconstruction + KL: {later:?}");
    let formed = plane(&page).await;
    assert!(formed.0.distance(&early.0) > 0.001, "the cloud forms: {}", formed.0.distance(&early.0));
    assert!(formed.1.distance(&shipped_plane.1) > 0.01, "the decodings are the new model's");
    let progress = page.text("progress").await;
    assert!(progress.contains("2000") && progress.contains("steps/s"), "{progress}");
    let curves = page.picture("loss-chart", 200, 100).await;
    assert!(curves.distance(&early_curves) > 0.0005, "the curves grow: {}", curves.distance(&early_curves));

    page.click("pause").await;
    page.wait_phase("paused").await;
    let (step, losses) = (page.step().await, page.losses().await);
    page.check_decoding_follows().await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!((page.step().await, page.losses().await), (step, losses), "paused is still");

    // The same button goes on.
    page.click("pause").await;
    page.wait_phase("training").await;
    page.wait_step(step + 20).await;

    page.click("stop").await;
    page.wait_phase("ready").await;
    let stopped = page.step().await;
    assert!(stopped >= step + 20 && stopped < 2000, "{stopped}");
    page.check_decoding_follows().await;

    page.click("reset").await;
    page.wait("the shipped model", "document.documentElement.dataset.phase === 'ready'").await;
    let expected = super::reference::decode("mnist-vae-2d-cosine", page.z().await);
    let likeness = |picture: &Picture| super::picture::correlation(&picture.grey(), &expected).abs();
    let again = page.picture_once("decoded", page.decoded().await, |picture| likeness(picture) > 0.98).await;
    assert!(likeness(&again) > 0.98, "the shipped decoder is back");
    let plane_again = page.picture_once("points", early.0, |p| p.distance(&shipped_plane.0) < 0.003).await;
    assert!(plane_again.distance(&shipped_plane.0) < 0.003, "the codes are back");
    page.check_no_errors().await;
}

#[tokio::test]
async fn the_same_link_gives_the_same_run() {
    let mut runs = Vec::new();
    for _ in 0..2 {
        let page = Page::open(Setup::CPU, Site::whole(), "/#steps=12&batch=16&net=32&digits=200&seed=5").await;
        page.train_to(12).await;
        page.wait_phase("ready").await;
        runs.push(page.wait_losses().await);
        page.check_no_errors().await;
    }
    assert_eq!(runs[0], runs[1]);
}

/// The plane stays in sight while a run goes on, and what was pressed does not go under it.
#[tokio::test]
async fn on_a_phone_the_buttons_of_a_run_stay_at_hand() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#steps=100000&batch=32&net=32&digits=500").await;
    page.wait_phase("ready").await;
    page.resize(390, 844).await;
    let sticks = "getComputedStyle(document.querySelector('.stage')).position === 'sticky'";
    let on_top = |id: &str| {
        format!(
            "(() => {{ const element = find('{id}'), r = element.getBoundingClientRect(); \
             return element.contains(document.elementFromPoint(r.x + r.width / 2, r.y + r.height / 2)); }})()"
        )
    };
    for (pressed, phase, next, stuck) in [("train", "training", "pause", "true"), ("stop", "ready", "train", "false")] {
        page.click(pressed).await;
        page.wait_phase(phase).await;
        page.wait("the plane where it belongs", &format!("String({sticks}) === '{stuck}'")).await;
        page.wait("the next button in sight", &on_top(next)).await;
    }
    page.check_no_errors().await;
}
