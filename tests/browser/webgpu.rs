//! The whole path on WebGPU, computed by SwiftShader: a small model, since a step of the full one takes it seconds.

use serde_json::json;

use super::{chromium::Setup, page::Page, server::Site};

#[tokio::test]
async fn explores_draws_and_trains_on_webgpu() {
    let page = Page::open(
        Setup::WEBGPU,
        Site::whole(),
        "/?device=webgpu#model=mnist-cosine&net=64&batch=16&steps=400&digits=200&z=0.5,-0.5",
    )
    .await;
    page.wait_device("webgpu").await;
    page.wait_phase("ready").await;
    let adapter = page.run("const d = find('device'); return d.textContent + d.title + d.ariaLabel;", json!({})).await;
    let adapter = adapter.as_str().unwrap_or_default().to_lowercase();
    assert!(adapter.contains("swiftshader") || adapter.contains("google"), "it names the adapter: {adapter}");

    let likeness = super::picture::correlation(
        &page.decoded().await.grey(),
        &super::reference::decode("mnist-vae-2d-cosine", [0.5, -0.5]),
    );
    assert!(likeness.abs() > 0.98, "WebGPU decodes what the weights say: {likeness}");
    page.check_decoding_follows().await;

    page.draw(&[&[[0.5, 0.2], [0.5, 0.4], [0.5, 0.6], [0.5, 0.8]]]).await;
    page.wait("a posterior", "find('posterior')?.dataset.mu").await;

    page.click("train").await;
    page.wait_phase("training").await;
    page.wait_step(1).await;
    let first = page.wait_losses().await;
    page.wait_step(40).await;
    let later = page.wait_losses().await;
    assert!(
        later[2] < 0.8 * first[2],
        "forty steps bring the loss to less than 0.8 of the first: {first:?} → {later:?}"
    );
    page.drag_handle([60.0, 40.0]).await;
    assert!(page.decoded().await.contrast() > 0.02, "the digit follows while it trains");
    page.click("pause").await;
    page.wait_phase("paused").await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    page.check_no_errors().await;
}

/// Runs that between them use every kind of layer, likelihood and activation, and every objective but the plain one, which
/// is a denoising one whose input is not spoilt.
const FOLLOWED: [&str; 4] = [
    "net=32&batch=16&data=digits-200&act=silu&beta=2",
    "net=conv-4-8-16&batch=8&data=shapes-200&objective=sectors-0.25&dropout=20&latent=3",
    "net=24-16&batch=16&data=digits-200&objective=sparse-0.2&act=gelu&beta=4",
    "net=16-16&batch=32&data=moons-400&likelihood=gauss-0.2&act=tanh&schedule=warm-10&latent=1",
];

/// Twenty steps of the same run: every term of the loss within a hundredth, and what a chart rounds away.
#[tokio::test]
async fn runs_on_webgpu_follow_those_on_the_cpu() {
    for run in FOLLOWED {
        let mut losses = Vec::new();
        for (setup, device) in [(Setup::CPU, "cpu"), (Setup::WEBGPU, "webgpu")] {
            let link = format!("/?device={device}#{run}&steps=20&seed=5");
            let page = Page::open(setup, Site::whole(), &link).await;
            page.wait_device(device).await;
            page.train_to(20).await;
            page.wait_phase("ready").await;
            losses.push(page.wait_losses().await);
            page.check_no_errors().await;
        }
        for (cpu, gpu) in losses[0].iter().zip(&losses[1]) {
            assert!((cpu - gpu).abs() <= 0.01 * cpu.abs() + 0.06, "{run}: {losses:?}");
        }
    }
}

/// A software adapter is slower than the CPU itself, so the page takes the CPU; the visitor may still choose.
#[tokio::test]
async fn prefers_the_cpu_to_a_software_adapter_and_switches() {
    let page = Page::open(Setup::WEBGPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    page.wait_device("cpu").await;
    page.click("device").await;
    page.wait_device("webgpu").await;
    page.wait_phase("ready").await;
    page.check_decoding_follows().await;
    page.click("device").await;
    page.wait_device("cpu").await;
    page.wait_phase("ready").await;
    page.check_decoding_follows().await;
    page.check_no_errors().await;
}

/// Starts each engine behind a few lines that keep its GPU device and destroy it at the word "lose".
const LOSABLE_DEVICE: &str = r#"window.workers = [];
    window.Worker = class extends Worker {
        constructor(url, options) {
            const shim = `if (self.GPUAdapter) {
                const request = GPUAdapter.prototype.requestDevice;
                GPUAdapter.prototype.requestDevice = async function (...given) {
                    return self.kept = await request.apply(this, given);
                };
            }
            addEventListener('message', event => {
                if (event.data === 'lose') { event.stopImmediatePropagation(); self.kept.destroy(); }
            });
            await import(${JSON.stringify(String(url))});`;
            super(URL.createObjectURL(new Blob([shim], { type: 'text/javascript' })), options);
            window.workers.push(this);
        }
    };"#;

/// The device is really lost: the engine says so or dies of it, and the CPU's engine takes the run up.
#[tokio::test]
async fn a_run_goes_on_on_the_cpu_when_the_gpu_is_lost() {
    let link = "/?device=webgpu#net=64&batch=16&steps=3000&digits=200";
    let page = Page::open_after(Setup::WEBGPU, Site::whole(), link, LOSABLE_DEVICE).await;
    page.wait_device("webgpu").await;
    page.train_to(30).await;
    page.run("workers.at(-1).postMessage('lose'); return true;", json!({})).await;
    page.wait_device("cpu").await;
    let notice = page.wait_notice().await;
    assert!(notice.contains("CPU"), "it says what it did: {notice}");
    page.wait_phase("training").await;
    page.wait_step(60).await;
    page.check_decoding_follows().await;
}
