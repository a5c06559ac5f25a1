//! What stays: own pictures and runs in the browser's storage, a session as a file, and what happens when the storage is
//! full, denied, cleared or another's.

use std::path::PathBuf;

use latentscape::data::session_file::Session;
use latentscape::i18n::{Locale, refusals};
use serde_json::{Value, json};

use super::chromium::Setup;
use super::folder::Folder;
use super::own::{chosen, idx, written};
use super::page::{ENGLISH, Page, word};
use super::picture::{Picture, correlation};
use super::server::Site;

const SMALL: &str = "/#steps=4000&batch=32&net=64&data=digits-500&seed=3";

/// Trains so far, pauses, and waits until that is in the storage; the run's key.
async fn kept_run(page: &Page, step: u32) -> u32 {
    page.train_to(step).await;
    page.click("pause").await;
    page.wait_phase("paused").await;
    at_rest(page).await;
    stored_key(page, page.step().await).await
}

/// The moment that the run rests at is one that can be gone back to.
async fn at_rest(page: &Page) {
    page.wait_phase("paused").await;
    // Its last steps are told after that.
    page.wait("a moment at the end", "find('moment').textContent.endsWith(document.documentElement.dataset.step)")
        .await;
}

/// Waits until a run at this step is in the storage with all its moments; its key.
async fn stored_key(page: &Page, step: u32) -> u32 {
    let key = async || {
        let stored = stored(page).await;
        let log = stored["logs"].as_array()?.iter().find(|log| log["step"] == json!(step))?.clone();
        let moment = format!("{}/{step}", log["key"]);
        stored["moments"].as_array()?.contains(&json!(moment)).then(|| log["key"].as_u64())?
    };
    page.until("the run in the storage", key).await as u32
}

/// All logs, but for when they were written, and the names of all moments and sets.
async fn stored(page: &Page) -> Value {
    let script = "const open = indexedDB.open('latentscape');
        open.onsuccess = () => {
            const read = open.result.transaction(['logs', 'moments', 'sets', 'pictures']), found = {};
            read.objectStore('logs').getAll().onsuccess = ({ target }) => found.logs = target.result.map(log => ({ ...JSON.parse(log), kept: undefined }));
            for (const name of ['moments', 'sets', 'pictures'])
                read.objectStore(name).getAllKeys().onsuccess = ({ target }) => found[name] = target.result;
            read.oncomplete = () => { open.result.close(); done(found); };
        };";
    page.run_async(script, json!({})).await
}

async fn reload(page: &Page) {
    page.run("location.reload();", json!({})).await;
    page.wait("another page", "document.documentElement.dataset.step === '0'").await;
    page.wait_phase("ready").await;
}

async fn unfold(page: &Page) {
    page.run("find('saved').open = true;", json!({})).await;
}

/// Three classes of bars, used.
async fn bring(page: &Page, folder: &Folder, n: usize) {
    let [pictures, labels] = idx(n);
    let files = [
        written(folder, &format!("bars{n}-images-idx3-ubyte"), &pictures),
        written(folder, &format!("bars{n}-labels-idx1-ubyte"), &labels),
    ];
    page.drop_files("plane", &[&files[0], &files[1]]).await;
    chosen(page).await;
    page.click("own-use").await;
    page.wait("they are here", "find('own-here').checkVisibility()").await;
}

/// Presses a button that saves, and gives the file.
async fn saved_file(page: &Page, folder: &Folder, button: &str) -> Vec<u8> {
    page.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder.0 })).await;
    page.click(button).await;
    let file = folder.0.join("latentscape-session.safetensors");
    let bytes = page.until("a file", async || std::fs::read(&file).ok().filter(|bytes| !bytes.is_empty())).await;
    std::fs::remove_file(&file).expect("a file that was read");
    bytes
}

#[tokio::test]
async fn own_pictures_are_there_after_a_reload_and_are_trained_on() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#steps=4000&batch=32&net=64").await;
    page.wait_phase("ready").await;
    let folder = Folder::new("kept-own");
    bring(&page, &folder, 300).await;
    let key = kept_run(&page, 60).await;
    let (step, decoded) = (page.step().await, page.decoded().await);

    reload(&page).await;
    assert_eq!(page.text("notice").await, "", "the address says nothing that makes no sense");
    page.wait("the run of before", &format!("find('take-out-{key}')")).await;
    page.wait("the pictures of before", "find('own-here').textContent.includes('still here: 270')").await;
    // A new run is on them when that is wished.
    page.run("find('own').open = true;", json!({})).await;
    page.click("own-again").await;
    page.wait("chosen", "find('run-what').textContent.includes('270')").await;
    page.click(&format!("take-out-{key}")).await;
    page.wait_phase("paused").await;
    assert_eq!(page.step().await, step);
    page.picture_once("decoded", page.decoded().await, |p| p.distance(&decoded) < 0.01).await;
    // On from there, and once more from the start.
    page.click("pause").await;
    page.wait_step(step + 20).await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    page.train_to(20).await;
    page.click("stop").await;
    page.wait_phase("ready").await;

    // With others at hand, a run takes its own out of the storage.
    bring(&page, &folder, 150).await;
    page.until("both sets", async || {
        let sets = stored(&page).await["sets"].as_array().map(Vec::len);
        (sets == Some(2)).then_some(())
    })
    .await;
    page.click(&format!("take-out-{key}")).await;
    page.wait_phase("paused").await;
    page.wait("its own pictures", "find('own-here').textContent.includes('270')").await;
    let at = page.step().await;
    page.click("pause").await;
    page.wait_step(at + 10).await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn what_is_saved_is_listed_with_its_size_renamed_and_deleted() {
    let page = Page::open(Setup::CPU, Site::whole(), SMALL).await;
    let key = kept_run(&page, 40).await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    unfold(&page).await;
    page.wait("the run", &format!("find('saved-facts-{key}')?.textContent.includes('on show')")).await;
    let facts = page.text(&format!("saved-facts-{key}")).await;
    // 784·64 and as many back, a few more, three numbers of four bytes each, twice: at the start and where it stopped.
    let bytes = stored(&page).await["logs"][0]["bytes"].as_f64().expect("a size");
    assert!(bytes > 2.0 * 12.0 * 100_000.0, "{bytes}");
    assert!(facts.contains(&format!("{:.1} MB", bytes / 1e6)), "{facts}: {bytes}");
    page.wait("room", "/storage this page takes \\d.*; about \\d/.test(find('saved-room').textContent)").await;

    page.type_into(&format!("saved-name-{key}"), "mine <b>é").await;
    page.until("the name in the storage", async || {
        (stored(&page).await["logs"][0]["name"] == json!("mine <b>é")).then_some(())
    })
    .await;
    page.train_to(30).await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    reload(&page).await;
    page.wait("two runs", "find('saved-runs').querySelectorAll('li').length === 2").await;
    assert_eq!(page.string(&format!("find('saved-name-{key}').value")).await, "mine <b>é");
    assert!(page.text("past").await.contains("mine <b>é"));

    // Asked first; then it is gone, from the storage too.
    unfold(&page).await;
    page.click(&format!("saved-delete-{key}")).await;
    page.click(&format!("saved-stay-{key}")).await;
    page.click(&format!("saved-delete-{key}")).await;
    page.click(&format!("saved-sure-{key}")).await;
    page.wait("one run", "find('saved-runs').querySelectorAll('li').length === 1").await;
    page.until("it is gone", async || {
        let left = stored(&page).await;
        let moments =
            left["moments"].as_array()?.iter().all(|m| !m.as_str().unwrap_or("").starts_with(&key.to_string()));
        (left["logs"].as_array()?.len() == 1 && moments).then_some(())
    })
    .await;
    // The one on show as well: the shipped model takes its place.
    let other = stored(&page).await["logs"][0]["key"].as_u64().expect("a key");
    page.click(&format!("saved-open-{other}")).await;
    page.wait_phase("paused").await;
    page.wait("not while it may go on", &format!("find('saved-delete-{other}').disabled")).await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    page.click(&format!("saved-delete-{other}")).await;
    let focused = "document.activeElement.dataset.testid";
    page.wait("the way back first", &format!("{focused} === 'saved-stay-{other}'")).await;
    page.click(&format!("saved-sure-{other}")).await;
    page.wait("the list again", "document.activeElement === find('saved').querySelector('summary')").await;
    page.wait("the shipped model", "find('model').value === 'mnist-cosine' && !find('saved-runs').checkVisibility()")
        .await;
    page.until("nothing is left", async || {
        let left = stored(&page).await;
        (left["logs"] == json!([]) && left["moments"] == json!([])).then_some(())
    })
    .await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_session_goes_to_another_machine_in_one_file() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#steps=4000&batch=32&net=64&z=0.4,-0.6&zoom=0.5").await;
    page.wait_phase("ready").await;
    let folder = Folder::new("session");
    bring(&page, &folder, 300).await;
    let key = kept_run(&page, 60).await;
    let (step, decoded, losses) = (page.step().await, page.decoded().await, page.wait_losses().await);
    let moments = page.number("Number(find('moments').max)").await;
    let points = page.picture("points", 480, 360).await;
    let points = page.picture_once("points", points, |points| points.contrast() > 0.001).await;
    unfold(&page).await;
    let bare = saved_file(&page, &folder, &format!("saved-file-{key}")).await;
    page.click("saved-pictures").await;
    let whole = saved_file(&page, &folder, &format!("saved-file-{key}")).await;
    page.check_no_errors().await;
    drop(page);
    let session = Session::open(&whole).expect("a session");
    assert_eq!(session.own.as_ref().map(|own| (own.train().len(), own.test().len())), Some((270, 30)));
    assert_eq!(session.codes.as_ref().map(|codes| (codes.step, codes.labels.len())), Some((step, 30)));
    assert!(session.to_file().expect("a file") == whole && bare.len() < whole.len());
    assert!(Session::open(&bare).expect("a session").own.is_none());

    // Another browser that has seen nothing of it.
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    // Cut short it is refused, and nothing has changed.
    let short = &whole[..whole.len() - 9];
    let sentence = refusals::session(Locale::en, "cut.safetensors", &Session::open(short).expect_err("it is cut"));
    let cut = written(&folder, "cut.safetensors", short);
    page.drop_files("plane", &[&cut]).await;
    page.wait("a sentence", &format!("find('own-said').textContent === {}", json!(sentence))).await;
    let file = written(&folder, "mine.safetensors", &whole);
    page.drop_files("plane", &[&file]).await;
    page.wait_phase("paused").await;
    page.wait_said("said_session_opened").await;
    assert_eq!((page.step().await, page.wait_losses().await), (step, losses));
    assert_eq!(page.z().await, [0.4, -0.6]);
    assert_eq!(page.number("Number(find('moments').max)").await, moments);
    page.picture_once("decoded", page.decoded().await, |p| p.distance(&decoded) < 0.01).await;
    // Once more, from rest: the first is among those of before.
    page.drop_files("plane", &[&file]).await;
    page.wait("the one before", "find('past').querySelectorAll('li').length === 1").await;
    page.wait_said("said_session_opened").await;
    page.wait_phase("paused").await;
    assert_eq!((page.step().await, page.wait_losses().await), (step, losses));
    // Back in time and on from the end.
    let slide = "const slider = find('moments'); slider.value = given; slider.dispatchEvent(new Event('input', { bubbles: true }));";
    page.run(slide, json!("0")).await;
    page.wait("the first moment", "document.documentElement.dataset.step === '0'").await;
    page.run(slide, json!(moments.to_string())).await;
    page.wait("the last moment", &format!("document.documentElement.dataset.step === '{step}'")).await;
    page.wait_phase("paused").await;
    page.click("pause").await;
    page.wait_step(step + 20).await;
    page.check_no_errors().await;
    drop(page);

    // And one without the pictures: looked at, not trained on, until they are brought.
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    let file = written(&folder, "bare.safetensors", &bare);
    page.run("find('saved').open = true;", json!({})).await;
    page.drop_files("plane", &[&file]).await;
    page.wait_said("said_session_bare").await;
    page.wait("its step", &format!("document.documentElement.dataset.step === '{step}'")).await;
    page.wait_phase("ready").await;
    page.picture_once("decoded", page.decoded().await, |p| p.distance(&decoded) < 0.01).await;
    // The codes are those of its own pictures, which came with it.
    let same = |p: &Picture| correlation(&p.grey(), &points.grey()) > 0.95;
    page.picture_once("points", page.picture("points", 480, 360).await, same).await;
    // Nor is another run to be had from them.
    page.wait("why", "find('train').disabled && find('flaw').checkVisibility()").await;
    assert_eq!(page.text("flaw").await, word(ENGLISH, "said_no_data"));
    assert_eq!((page.step().await, page.phase().await.as_str()), (step, "ready"));
    bring(&page, &folder, 300).await;
    page.wait_phase("paused").await;
    page.click("pause").await;
    page.wait_step(step + 10).await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_write_that_fails_halfway_leaves_what_was_saved() {
    let page = Page::open(Setup::CPU, Site::whole(), SMALL).await;
    let key = kept_run(&page, 40).await;
    let before = stored(&page).await;
    // The log goes in, and then there is no room for the moment.
    let full = "const put = IDBObjectStore.prototype.put; window.put = put;
        IDBObjectStore.prototype.put = function (...given) {
            if (this.name === 'moments') throw new DOMException('no room', 'QuotaExceededError');
            return put.apply(this, given);
        };";
    page.run(full, json!({})).await;
    page.click("pause").await;
    page.wait_step(80).await;
    page.click("pause").await;
    page.wait_said("said_storage_full").await;
    assert_eq!(stored(&page).await, before, "all or nothing");
    let step = page.step().await;
    page.click("pause").await;
    page.wait_step(step + 10).await;
    page.click("pause").await;
    at_rest(&page).await;
    assert_eq!(page.text("notice").await, "", "said once");
    unfold(&page).await;
    assert_eq!(page.text("saved-trouble").await, word(ENGLISH, "said_storage_full"));
    reload(&page).await;
    page.click(&format!("take-out-{key}")).await;
    page.wait_phase("paused").await;
    assert_eq!(json!(page.step().await), before["logs"][0]["step"]);
    page.check_no_errors().await;
}

/// The browser's own limit, not a stand-in for it. Chromium goes by what it knew of the room for half a minute, so the run is
/// a long one.
#[tokio::test]
async fn a_quota_that_is_reached_is_said_and_room_is_made_by_deleting() {
    let page = Page::open(Setup::CPU, Site::whole(), &SMALL.replace("4000", "1000000")).await;
    let first = kept_run(&page, 40).await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    let origin = page.string("location.origin").await;
    stored_key(&page, page.step().await).await;
    let before = stored(&page).await;
    page.cdp("Storage.overrideQuotaForOrigin", json!({ "origin": origin, "quotaSize": 1000 })).await;
    page.train_to(60).await;
    page.wait_said("said_storage_full").await;
    page.click("stop").await;
    page.wait_phase("ready").await;
    // Whatever the browser had still taken of the new run, the one before is whole.
    let after = stored(&page).await;
    assert_eq!(after["logs"][0], before["logs"][0]);
    let of_first = |all: &Value| {
        let mine = |name: &&Value| name.as_str().is_some_and(|name| name.starts_with(&first.to_string()));
        all["moments"].as_array().map(|names| names.iter().filter(mine).cloned().collect::<Vec<_>>())
    };
    assert_eq!(of_first(&after), of_first(&before));
    // There is room again, and somebody deletes: the run on show is written at once.
    page.cdp("Storage.overrideQuotaForOrigin", json!({ "origin": origin })).await;
    unfold(&page).await;
    page.click(&format!("saved-delete-{first}")).await;
    page.click(&format!("saved-sure-{first}")).await;
    let second = stored_key(&page, page.step().await).await;
    assert_ne!(first, second);
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_storage_that_is_cleared_or_taken_is_said_and_nothing_on_screen_is_lost() {
    let page = Page::open(Setup::CPU, Site::whole(), SMALL).await;
    let key = kept_run(&page, 40).await;
    let (step, decoded) = (page.step().await, page.decoded().await);
    page.run_async("const gone = indexedDB.deleteDatabase('latentscape'); gone.onsuccess = () => done(1);", json!({}))
        .await;
    page.wait_said("said_storage_cleared").await;
    unfold(&page).await;
    page.wait("nothing is saved", "!find('saved-runs').checkVisibility()").await;
    page.picture_once("decoded", page.decoded().await, |p| p.distance(&decoded) < 0.01).await;
    page.click("saved-again").await;
    assert_eq!(stored_key(&page, step).await, key);
    // It goes on, and that is written too.
    page.click("pause").await;
    page.wait_step(step + 20).await;
    page.click("pause").await;
    page.wait_phase("paused").await;
    at_rest(&page).await;
    stored_key(&page, page.step().await).await;

    // The browser itself, as when somebody clears the site's data.
    let origin = page.string("location.origin").await;
    page.cdp("Storage.clearDataForOrigin", json!({ "origin": origin, "storageTypes": "indexeddb" })).await;
    page.wait_said("said_storage_cleared").await;
    page.check_handle_moves().await;
    page.click("saved-again").await;
    stored_key(&page, page.step().await).await;

    // A newer page in another window wants it otherwise; and then this one finds it so.
    let newer =
        "const open = indexedDB.open('latentscape', 99); open.onsuccess = () => { open.result.close(); done(1); };";
    page.run_async(newer, json!({})).await;
    page.wait_said("said_storage_taken").await;
    let last = page.step().await;
    page.click("pause").await;
    page.wait_step(last + 10).await;
    reload(&page).await;
    page.wait_said("said_storage_newer").await;
    let logs = stored(&page).await["logs"].as_array().map(Vec::len);
    assert_eq!(logs, Some(1), "left as it was");
    page.train_to(10).await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn a_storage_that_is_denied_is_said_when_there_is_something_to_keep() {
    let deny =
        "Object.defineProperty(window, 'indexedDB', { get() { throw new DOMException('denied', 'SecurityError'); } });";
    let page = Page::open_after(Setup::CPU, Site::whole(), SMALL, deny).await;
    page.train_to(20).await;
    page.wait_said("said_storage_denied").await;
    page.click("pause").await;
    page.wait_phase("paused").await;
    at_rest(&page).await;
    assert_eq!(page.text("notice").await, "", "said once");
    // A file is still to be had.
    let folder = Folder::new("denied");
    page.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder.0 })).await;
    let file: PathBuf = folder.0.join("latentscape-session.safetensors");
    page.click("export").await;
    page.click("export-session").await;
    let bytes = page.until("a file", async || std::fs::read(&file).ok().filter(|bytes| !bytes.is_empty())).await;
    // From the first to the last: how many lie between is the machine's affair.
    let steps: Vec<u32> = Session::open(&bytes).expect("a session").moments.iter().map(|moment| moment.step).collect();
    assert_eq!((steps.first(), steps.last()), (Some(&0), Some(&page.step().await)), "{steps:?}");
    page.check_no_errors().await;
}

/// Pictures are many bytes: where they do not fit, they are used all the same, and runs are kept.
#[tokio::test]
async fn pictures_that_do_not_fit_into_the_storage_are_used_all_the_same() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#steps=4000&batch=32&net=64").await;
    page.wait_phase("ready").await;
    let full = "const put = IDBObjectStore.prototype.put;
        IDBObjectStore.prototype.put = function (...given) {
            if (this.name === 'sets') throw new DOMException('no room', 'QuotaExceededError');
            return put.apply(this, given);
        };";
    page.run(full, json!({})).await;
    let folder = Folder::new("kept-none");
    bring(&page, &folder, 300).await;
    page.wait_said("said_pictures_not_kept").await;
    let key = kept_run(&page, 40).await;
    assert_eq!(page.text("notice").await, "", "said once");
    let left = stored(&page).await;
    assert_eq!((&left["sets"], &left["pictures"]), (&json!([]), &json!([])), "all or nothing");

    // After a reload its run can be looked at, as far as it goes without them.
    reload(&page).await;
    page.click(&format!("take-out-{key}")).await;
    page.wait_said("said_no_data").await;
    page.wait_phase("ready").await;
    assert!(page.step().await >= 40 && page.decoded().await.contrast() > 0.01);
    page.check_no_errors().await;
}

#[tokio::test]
async fn another_window_that_holds_the_storage_is_waited_for() {
    let held = "const old = indexedDB.open('latentscape', 1);
        old.onupgradeneeded = () => ['logs', 'moments'].forEach(name => old.result.createObjectStore(name));
        old.onsuccess = () => window.held = old.result;";
    let page = Page::open_after(Setup::CPU, Site::whole(), SMALL, held).await;
    page.wait_said("said_storage_waiting").await;
    page.train_to(20).await;
    page.run("held.close();", json!({})).await;
    page.click("pause").await;
    page.wait_phase("paused").await;
    stored_key(&page, page.step().await).await;
    page.check_no_errors().await;
}

/// As the version before left it: no store for pictures, and logs that say less.
#[tokio::test]
async fn a_storage_of_the_version_before_is_taken_over() {
    let page = Page::open(Setup::CPU, Site::whole(), SMALL).await;
    let key = kept_run(&page, 40).await;
    let step = page.step().await;
    let back = "const open = indexedDB.open('latentscape');
        open.onsuccess = () => {
            const found = {}, read = open.result.transaction(['logs', 'moments']);
            for (const name of ['logs', 'moments']) {
                read.objectStore(name).getAll().onsuccess = ({ target }) => found[name] = target.result;
                read.objectStore(name).getAllKeys().onsuccess = ({ target }) => found[name + 'Keys'] = target.result;
            }
            read.oncomplete = () => {
                open.result.close();
                indexedDB.deleteDatabase('latentscape').onsuccess = () => {
                    const old = indexedDB.open('latentscape', 1);
                    old.onupgradeneeded = () => ['logs', 'moments'].forEach(name => old.result.createObjectStore(name));
                    old.onsuccess = () => {
                        const write = old.result.transaction(['logs', 'moments'], 'readwrite');
                        const { name, kept, bytes, ...log } = JSON.parse(found.logs[0]);
                        write.objectStore('logs').put(JSON.stringify(log), found.logsKeys[0]);
                        found.moments.forEach((moment, i) => write.objectStore('moments').put(moment, found.momentsKeys[i]));
                        write.oncomplete = () => { old.result.close(); done([kept, bytes]); };
                    };
                };
            };
        };";
    let [_, bytes]: [u64; 2] = serde_json::from_value(page.run_async(back, json!({})).await).expect("two numbers");
    reload(&page).await;
    unfold(&page).await;
    let size = format!("{:.1} MB", bytes as f64 / 1e6);
    page.wait("its size", &format!("find('saved-facts-{key}')?.textContent.includes('{size}')")).await;
    page.click(&format!("saved-open-{key}")).await;
    page.wait_phase("paused").await;
    assert_eq!(page.step().await, step);
    page.check_no_errors().await;
}
