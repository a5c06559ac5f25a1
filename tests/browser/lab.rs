//! The training lab, on the CPU: going back, going on from there, going wrong, staying after a reload, and data of points.

use serde_json::json;

use super::{chromium::Setup, page::Page, server::Site};

/// A run that is soon under way.
const SMALL: &str = "/#steps=4000&batch=32&net=64&data=digits-500&seed=3";

/// Chooses of a list.
async fn choose(page: &Page, id: &str, value: &str) {
    let script = "const list = find(given[0]); list.value = given[1]; list.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, json!([id, value])).await;
}

/// Types into a field of numbers, as a person who then leaves it.
async fn set(page: &Page, id: &str, value: &str) {
    let script = "const field = find(given[0]); field.value = given[1]; field.dispatchEvent(new Event('change', { bubbles: true }));";
    page.run(script, json!([id, value])).await;
}

/// Moves a slider.
async fn slide(page: &Page, id: &str, value: &str) {
    let script = "const slider = find(given[0]); slider.value = given[1]; slider.dispatchEvent(new Event('input', { bubbles: true }));";
    page.run(script, json!([id, value])).await;
}

async fn hidden(page: &Page, id: &str) -> bool {
    page.run("return !find(given)?.checkVisibility();", json!(id)).await.as_bool().unwrap_or(true)
}

#[tokio::test]
async fn a_run_goes_back_in_time_and_on_from_there_with_another_beta() {
    // A view of one's own stays as it is when the run rests.
    let page = Page::open(Setup::CPU, Site::whole(), &format!("{SMALL}&zoom=0.8")).await;
    page.train_to(200).await;
    page.click("pause").await;
    page.wait_phase("paused").await;
    page.wait("a moment at the end", "find('moments').max > 0 && find('moments').value === find('moments').max").await;
    let (late, cloud) = (page.decoded().await, page.picture("points", 80, 60).await);
    let reconstructed = page.picture("reconstructions", 100, 20).await;

    // At the start all codes lie at the origin, and everything decodes to grey.
    slide(&page, "moments", "0").await;
    page.wait(
        "the first moment",
        "document.documentElement.dataset.step === '0' && find('moment').textContent.endsWith('0')",
    )
    .await;
    let early = page.picture_once("decoded", late.clone(), |p| p.distance(&late) > 0.05).await;
    assert!(early.contrast() < 0.05, "{}", early.contrast());
    page.picture_once("points", cloud.clone(), |p| p.distance(&cloud) > 0.005).await;
    page.picture_once("reconstructions", reconstructed.clone(), |p| p.distance(&reconstructed) > 0.05).await;
    assert!(page.text("pause").await.contains("step 0"), "it says where it goes on: {}", page.text("pause").await);

    // On from there with β = 0; the branch that was left stays beside it.
    slide(&page, "beta", "0").await;
    page.wait("the old branch", "find('past').querySelectorAll('li').length === 1").await;
    page.wait("its curve", "find('past').querySelector('input').checked").await;
    page.wait_said("said_branched").await;
    page.click("pause").await;
    page.wait_phase("training").await;
    page.wait_step(60).await;
    page.click("pause").await;
    page.wait_phase("paused").await;
    let losses = page.wait_losses().await;
    assert!(
        (losses[0] - losses[2]).abs() < 0.2 && losses[1] > 1.0,
        "with β = 0 the KL term counts nothing: {losses:?}"
    );
    assert!(page.step().await < 200);
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_rate_of_ten_is_doubted_stops_the_run_and_there_is_a_way_back() {
    let page = Page::open(Setup::CPU, Site::whole(), SMALL).await;
    page.train_to(30).await;
    page.wait("something to go back to", "find('moments').max > 0").await;
    set(&page, "rate", "10").await;
    page.wait("the loss left", "find('lost').checkVisibility()").await;
    let said = page.text("lost").await;
    assert!(said.contains("learning rate is probably too high"), "{said}");
    page.wait_said("said_diverged").await;
    page.check_handle_moves().await;

    page.click("back-to-good").await;
    page.wait_phase("paused").await;
    assert!(hidden(&page, "lost").await);
    let back = page.step().await;
    set(&page, "rate", "0.001").await;
    page.click("pause").await;
    page.wait_phase("training").await;
    page.wait_step(back + 40).await;
    assert!(page.wait_losses().await[2] < 600.0);
    page.check_no_errors().await;
}

#[tokio::test]
async fn what_cannot_be_run_is_said_before_and_nothing_starts() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#data=digits-500&batch=600").await;
    page.wait_phase("ready").await;
    // What a link asks for in excess is made to fit.
    assert_eq!(page.number("Number(find('batch').value)").await, 500.0);
    set(&page, "batch", "4000").await;
    page.wait("a sentence", "find('flaw').textContent.startsWith('A batch cannot be larger')").await;
    assert!(page.value("find('train').disabled").await == json!(true));
    // A number that is none the field takes gives way, and the field says why.
    assert!(hidden(&page, "batch-between").await);
    set(&page, "batch", "99999").await;
    page.wait("the bounds", "find('batch').value === '4096' && find('batch-between').checkVisibility()").await;
    assert_eq!(page.text("batch-between").await, "from 1 to 4096");
    set(&page, "batch", "32").await;
    page.wait("no bounds", "!find('batch-between').checkVisibility()").await;
    page.wait("no sentence", "!find('flaw').checkVisibility() && !find('train').disabled").await;
    set(&page, "rate", "10").await;
    page.wait("a doubt", "find('flaw').textContent.includes('learning rate')").await;
    assert!(page.value("find('train').disabled").await == json!(false), "a doubt is no obstacle");
    page.check_no_errors().await;
}

#[tokio::test]
async fn runs_are_there_after_a_reload() {
    let page = Page::open(Setup::CPU, Site::whole(), SMALL).await;
    page.train_to(80).await;
    page.click("pause").await;
    page.wait_phase("paused").await;
    let step = page.step().await;
    page.wait("a moment at the end", &format!("find('moment').textContent.endsWith('{step}')")).await;
    let losses = page.wait_losses().await;
    let decoded = page.decoded().await;
    // Until it is written.
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;

    page.run("location.reload();", json!({})).await;
    page.wait("another page", "document.documentElement.dataset.step === '0'").await;
    page.wait_phase("ready").await;
    page.wait("the run of before", "find('past')?.querySelectorAll('li').length === 1").await;
    // It is at hand beside Train, too.
    page.wait("the last run", &format!("find('last-run').textContent.includes('step {step}')")).await;
    page.click("last-open").await;
    page.wait_phase("paused").await;
    assert_eq!((page.step().await, page.wait_losses().await), (step, losses));
    assert!(hidden(&page, "last-run").await, "it is on show");
    // What is shown of its points is chosen beside them, and nothing of the row is cut off.
    let row = "[...document.querySelectorAll('.chip')].filter(chip => chip.checkVisibility())";
    let right =
        "chip.getBoundingClientRect().right <= document.querySelector('.layers').getBoundingClientRect().right + 1";
    assert_eq!(page.value(&format!("{row}.every(chip => {right}) && {row}.length")).await, json!(10));
    let again = page.picture_once("decoded", page.decoded().await, |p| p.distance(&decoded) < 0.01).await;
    assert!(again.distance(&decoded) < 0.01, "the same model");
    page.click("pause").await;
    page.wait_phase("training").await;
    page.wait_step(step + 20).await;
    page.check_no_errors().await;
}

/// Two windows of the page can keep more runs than one of them remembers.
#[tokio::test]
async fn of_many_kept_runs_the_last_nine_stay_and_the_others_go() {
    let page = Page::open(Setup::CPU, Site::whole(), SMALL).await;
    page.train_to(30).await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    let copy = "const open = indexedDB.open('latentscape');
        open.onsuccess = () => {
            const write = open.result.transaction(['logs', 'moments'], 'readwrite');
            const [logs, moments] = ['logs', 'moments'].map(name => write.objectStore(name));
            logs.getAll().onsuccess = ({ target }) => {
                for (let key = 1; key < 11; key++) {
                    logs.put(JSON.stringify({ ...JSON.parse(target.result[0]), key }), key);
                    moments.put(['broken'], `${key}/0`);
                }
            };
            write.oncomplete = () => { open.result.close(); done('copied'); };
        };";
    assert_eq!(page.run_async(copy, json!({})).await, json!("copied"));
    page.run("location.reload();", json!({})).await;
    page.wait("another page", "document.documentElement.dataset.step === '0'").await;
    page.wait("nine runs", "find('past')?.querySelectorAll('li').length === 9").await;
    let left = "const open = indexedDB.open('latentscape');
        open.onsuccess = () => {
            const read = open.result.transaction(['logs', 'moments']);
            const keys = {};
            for (const name of ['logs', 'moments']) {
                read.objectStore(name).getAllKeys().onsuccess = ({ target }) => keys[name] = target.result;
            }
            read.oncomplete = () => {
                open.result.close();
                done([keys.logs.filter(key => key < 11), keys.moments.filter(key => key.length < 6)]);
            };
        };";
    let kept = json!([[3, 4, 5, 6, 7, 8, 9, 10], ["10/0", "3/0", "4/0", "5/0", "6/0", "7/0", "8/0", "9/0"]]);
    page.until("the others are gone", async || (page.run_async(left, json!({})).await == kept).then_some(())).await;

    // One whose moments nobody can read: it is said, and its curves are there all the same.
    page.wait_phase("ready").await;
    page.click("take-out-7").await;
    page.wait_said("said_run_unreadable").await;
    assert!(page.wait_losses().await[2] > 0.0);
    page.check_handle_moves().await;
}

#[tokio::test]
async fn one_step_slow_motion_and_another_batch_on_the_way() {
    let page = Page::open(Setup::CPU, Site::whole(), SMALL).await;
    page.wait_phase("ready").await;
    choose(&page, "pace", "4").await;
    page.click("train").await;
    page.wait_step(3).await;
    let start = (std::time::Instant::now(), page.step().await);
    page.wait_step(start.1 + 6).await;
    assert!(start.0.elapsed().as_millis() > 1000, "six steps at four a second are not done in a second");
    page.click("pause").await;
    page.wait_phase("paused").await;
    let at = page.step().await;
    page.click("step").await;
    page.wait_step(at + 1).await;
    tokio::time::sleep(std::time::Duration::from_millis(400)).await;
    assert_eq!(page.step().await, at + 1);
    choose(&page, "pace", "full").await;
    set(&page, "batch", "8").await;
    page.click("pause").await;
    page.wait_step(at + 60).await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn two_moons_are_shown_in_both_planes_and_three_points_overfitted() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    page.draw(&[&[[0.5, 0.2], [0.5, 0.8]]]).await;
    page.wait("a posterior", "find('posterior').dataset.mu").await;
    choose(&page, "preset", "moons").await;
    assert!(page.text("preset-look").await.starts_with("Below the curves, both planes"));
    page.click("train").await;
    page.wait_step(50).await;
    assert!(hidden(&page, "pad").await, "nothing to draw for a model of points");
    assert_eq!(
        page.value("'mu' in find('posterior').dataset").await,
        json!(false),
        "nor is a digit drawn before one of them"
    );
    page.scroll_to("data-space").await;
    page.wait("the grid", "find('data-space').querySelectorAll('canvas')[1].width > 60").await;
    let early = page.picture("data-space", 60, 60).await;
    assert!(early.contrast() > 0.02, "the data are drawn: {}", early.contrast());
    page.wait_step(400).await;
    page.click("stop").await;
    page.wait_phase("ready").await;

    choose(&page, "preset", "overfitting").await;
    page.click("train").await;
    page.wait_step(1500).await;
    page.wait_phase("ready").await;
    let losses = page.losses().await;
    assert!(page.text("progress").await.starts_with("Done"), "{losses:?}");
    assert_eq!(page.number("find('past').querySelectorAll('li').length").await, 1.0);
    page.check_no_errors().await;
}

#[tokio::test]
async fn the_net_is_changed_in_its_diagram() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    page.click("setup").await;
    let sum = page.text("net-sum").await;
    page.click("layer-more").await;
    page.until("more parameters", async || (page.text("net-sum").await != sum).then_some(())).await;
    assert!(page.text("run-what").await.contains("784–256–128–64–2"), "{}", page.text("run-what").await);
    set(&page, "layer-1", "300").await;
    page.wait("another width", "find('run-what').textContent.includes('784–300–128–64–2')").await;
    choose(&page, "net-kind", "conv").await;
    page.wait("a convolution", "find('run-what').textContent.includes('conv 16–32–64–2')").await;
    choose(&page, "data", "rings").await;
    page.wait("points take no convolution", "find('run-what').textContent.includes('2–64–64–2')").await;
    assert_eq!(page.string("find('likelihood').value").await, "gaussian");
    page.check_no_errors().await;
}

/// Of an autoencoder without a prior the codes lie anywhere.
#[tokio::test]
async fn codes_out_of_sight_are_shown_when_a_run_rests_and_only_once() {
    let page = Page::open(Setup::CPU, Site::whole(), &format!("{SMALL}&objective=plain&rate=0.003")).await;
    page.train_to(150).await;
    let zoom = "Number(document.querySelector('.plane').dataset.at.split(',')[2])";
    assert_eq!(page.number(zoom).await, 1.0, "the plane stays as it is under a hand");
    page.click("pause").await;
    page.wait_phase("paused").await;
    page.wait("all codes and the prior", &format!("{zoom} < 0.8")).await;
    page.wait_coloured_point().await;
    page.click("zoom-fit").await;
    page.wait("as it was", &format!("{zoom} === 1")).await;
    page.click("pause").await;
    page.wait_phase("training").await;
    page.click("pause").await;
    page.wait_phase("paused").await;
    assert_eq!(page.number(zoom).await, 1.0, "somebody wanted it so");
    page.check_no_errors().await;
}

#[tokio::test]
async fn two_runs_go_in_lock_step_under_one_cursor() {
    let page = Page::open(Setup::CPU, Site::whole(), &format!("{SMALL}&objective=plain")).await;
    page.wait_phase("ready").await;
    choose(&page, "beside", "vae").await;
    page.wait("a second plane", "document.querySelectorAll('[data-testid=plane]').length === 2").await;
    page.click("train").await;
    page.wait_step(60).await;
    let steps =
        "[...document.querySelectorAll('.caption')].map(c => Number(/step (\\d+)/.exec(c.textContent)?.[1] ?? 0))";
    for _ in 0..20 {
        let both: [f64; 2] = serde_json::from_value(page.value(steps).await).expect("two steps");
        // The first by what it may be ahead and what it has not told yet; the second never.
        assert!((-1.0..=13.0).contains(&(both[0] - both[1])), "{both:?}");
        tokio::time::sleep(std::time::Duration::from_millis(60)).await;
    }
    // They rest at one step whenever that is, and one step of the first is one of the second.
    for _ in 0..6 {
        page.click("pause").await;
        page.wait_phase("paused").await;
        page.wait("both rest at one step", &format!("(([a, b]) => a === b && a > 0)({steps})")).await;
        let step = page.step().await;
        page.click("pause").await;
        page.wait_step(step + 7).await;
    }
    page.click("pause").await;
    page.wait_phase("paused").await;
    page.wait("both rest at one step", &format!("(([a, b]) => a === b && a > 0)({steps})")).await;
    let step = page.step().await;
    page.click("step").await;
    page.wait("one step more", &format!("{steps}.every(at => at === {})", step + 1)).await;

    // One cursor: where the first handle goes, the second is, and both decode there, each in its own way.
    page.drag_handle([60.0, 40.0]).await;
    page.wait(
        "one cursor",
        "(([a, b]) => a.dataset.z === b.dataset.z)(document.querySelectorAll('[data-testid=handle]'))",
    )
    .await;
    let words = page.value("[...document.querySelectorAll('.caption b')].map(b => b.textContent)").await;
    assert_eq!(words, json!(["plain autoencoder", "variational (VAE), β 1"]));
    let pictures = "[...document.querySelectorAll('.caption canvas')].map(c => [...c.getContext('2d').getImageData(0, 0, 28, 28).data].filter((_, i) => i % 4 === 0).join())";
    page.wait(
        "two decodings of it",
        &format!("(([a, b]) => a !== b && !/^0(,0)*$/.test(a) && !/^0(,0)*$/.test(b))({pictures})"),
    )
    .await;

    page.click("stop").await;
    page.wait_phase("ready").await;
    choose(&page, "beside", "none").await;
    let planes =
        "[...document.querySelectorAll('[data-testid=plane]')].filter(plane => plane.checkVisibility()).length";
    page.wait("one plane", &format!("{planes} === 1")).await;
    page.check_decoding_follows().await;
    // And once more.
    choose(&page, "beside", "beta-0").await;
    page.wait("a second plane", &format!("{planes} === 2")).await;
    page.click("train").await;
    page.wait("both under way", &format!("(([a, b]) => a > 5 && b > 5)({steps})")).await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_full_storage_and_a_run_that_nobody_can_read_are_said_and_cost_nothing() {
    let page = Page::open(Setup::CPU, Site::whole(), SMALL).await;
    page.wait_phase("ready").await;
    let full = "IDBObjectStore.prototype.put = () => { throw new DOMException('no room', 'QuotaExceededError'); };";
    page.run(full, json!({})).await;
    page.click("train").await;
    page.wait_said("said_storage_full").await;
    let step = page.step().await;
    page.wait_step(step + 20).await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    page.check_no_errors().await;

    // As another version of the page may have left it.
    let spoil = "const open = indexedDB.open('latentscape');
        open.onsuccess = () => {
            const write = open.result.transaction(['logs'], 'readwrite');
            write.objectStore('logs').put('{\"version\":99}', 7);
            write.oncomplete = () => { open.result.close(); done('written'); };
        };";
    let page = Page::open(Setup::CPU, Site::whole(), SMALL).await;
    page.wait_phase("ready").await;
    assert_eq!(page.run_async(spoil, json!({})).await, json!("written"));
    page.run("location.reload();", json!({})).await;
    page.wait_said("said_run_unreadable").await;
    page.wait_phase("ready").await;
    let there = "const open = indexedDB.open('latentscape');
        open.onsuccess = () => {
            const read = open.result.transaction(['logs']).objectStore('logs').get(7);
            read.onsuccess = () => done(read.result);
        };";
    assert!(page.run_async(there, json!({})).await.as_str().is_some_and(|log| log.contains("99")), "left as it was");
    page.check_no_errors().await;
}
