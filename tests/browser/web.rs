//! Published sets from the web, here from a server of another origin: they come, are checked, stay, and are told from others.

use std::fs;

use latentscape::data::published::Published;
use serde_json::json;

use super::chromium::Setup;
use super::mirror::{Manner, Mirror};
use super::page::{ENGLISH, Page, SPANISH, word};
use super::server::{Site, published};

async fn opened(page: &Page) {
    page.wait("the panel", "find('web')").await;
    page.run("find('own').open = true; find('web').open = true;", json!({})).await;
    page.wait("what is open", "find('web-begin').checkVisibility()").await;
}

async fn read(page: &Page) {
    page.wait("a preview", "find('own-use')?.checkVisibility()").await;
    assert!(page.text("own-facts").await.contains("70\u{202f}000"), "{}", page.text("own-facts").await);
}

/// The 30 MB of Fashion-MNIST as published.
#[tokio::test]
async fn a_set_comes_once_and_is_kept() {
    if Published::Fashion.files().iter().any(|file| published(&format!("fashion/{}", file.name)).is_none()) {
        eprintln!("skipped: the published files are not in ../shared/data nor in $LATENTSCAPE_DATA");
        return;
    }
    let mirror = Mirror::start(Manner::Open, |path| fs::read(published(path.trim_start_matches('/'))?).ok());
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    opened(&page).await;
    page.choose("web-set", "fashion").await;
    page.wait("a proposal", "find('web-base').value.startsWith('https://')").await;
    page.type_into("web-base", &mirror.url("/fashion")).await;
    page.click("web-begin").await;
    read(&page).await;
    let classes = page.text("own-classes").await;
    assert!(classes.contains("10 classes") && classes.contains(&word(ENGLISH, "garment_7")), "{classes}");
    let names: Vec<String> = Published::Fashion.files().iter().map(|file| format!("/fashion/{}", file.name)).collect();
    assert_eq!(mirror.asked(), names);
    page.wait("it is kept", "find('web-kept-fashion')?.checkVisibility()").await;
    assert!(page.text("web-kept-fashion").await.contains("30.9 MB"));

    // After a reload it is there without a word to that place, whose address is remembered.
    page.run("location.reload();", json!({})).await;
    page.wait_phase("ready").await;
    opened(&page).await;
    page.wait("it is still kept", "find('web-kept-fashion')?.checkVisibility()").await;
    page.choose("web-set", "fashion").await;
    let remembered = format!("find('web-base').value === {}", json!(mirror.url("/fashion")));
    page.wait("the address", &remembered).await;
    page.click("web-begin").await;
    read(&page).await;
    assert_eq!(mirror.asked().len(), 4, "it was asked for again: {:?}", mirror.asked());
    page.click("own-use").await;
    page.wait("they are here", "find('own-here').checkVisibility()").await;
    let here = page.text("own-here").await;
    assert!(here.contains("60\u{202f}000") && here.contains("10\u{202f}000"), "{here}");

    // Deleted it has to come again; a browser that keeps no more lets it be used all the same.
    page.click("web-delete-fashion").await;
    page.wait("nothing is kept", "!find('web-kept-fashion')").await;
    page.run(
        "IDBObjectStore.prototype.put = () => { throw new DOMException('no room', 'QuotaExceededError'); };",
        json!({}),
    )
    .await;
    page.click("web-begin").await;
    page.wait(
        "that it is not kept",
        &format!("find('web-said').textContent === {}", json!(word(ENGLISH, "web_not_kept"))),
    )
    .await;
    read(&page).await;
    assert_eq!(mirror.asked().len(), 8);
    page.check_no_errors().await;
}

/// What comes is nothing but zeros, so that no data are needed.
fn zeros(path: &str) -> Option<Vec<u8>> {
    let file = Published::Mnist.files().into_iter().find(|file| path == format!("/there/{}", file.name))?;
    Some(vec![0; file.bytes as usize])
}

#[tokio::test]
async fn what_does_not_come_is_said_in_one_sentence() {
    for (setup, language) in [(Setup::CPU, ENGLISH), (Setup::SPANISH, SPANISH)] {
        let mirror = Mirror::start(Manner::Open, zeros);
        let page = Page::open(setup, Site::whole(), "/").await;
        page.wait_phase("ready").await;
        opened(&page).await;
        let there = mirror.url("/there/");
        let cut = word(language, "missed_cut")
            .replace("{got}", "4\u{202f}956\u{202f}211")
            .replace("{want}", "9\u{202f}912\u{202f}422");
        let cases = [
            (Manner::Altered, there.clone(), word(language, "missed_sum")),
            (Manner::NotThere, there.clone(), word(language, "missed_not_there")),
            (Manner::Closed, there.clone(), word(language, "missed_unreachable")),
            (Manner::Cut, there.clone(), cut),
            (Manner::Open, mirror.url("/elsewhere"), word(language, "missed_not_there")),
            (Manner::Open, "ftp://there".to_owned(), word(language, "missed_address")),
        ];
        for (manner, base, cause) in cases {
            mirror.behave(manner);
            page.type_into("web-base", &base).await;
            page.click("web-begin").await;
            let sentence = word(language, "missed")
                .replace("{file}", "train-images-idx3-ubyte.gz")
                .replace("{from}", &base)
                .replace("{cause}", &cause);
            let said = format!("find('web-said').textContent === {}", json!(sentence));
            page.wait(&format!("{manner:?}: {sentence}"), &said).await;
            assert!(!page.value("find('web-begin').disabled").await.as_bool().unwrap_or(true), "it can be tried again");
        }
        assert_eq!(page.value("Boolean(find('own-use'))").await, json!(false));
        assert_eq!(page.value("document.querySelectorAll('[data-testid^=web-kept]').length").await, json!(0));
        assert_eq!((page.phase().await, page.text("notice").await), ("ready".into(), String::new()));
        // An empty field is the place that is proposed.
        page.type_into("web-base", " ").await;
        page.wait("the proposal", &format!("find('web-base').value === {}", json!(Published::Mnist.base()))).await;
    }
}

#[tokio::test]
async fn a_download_can_be_cancelled_on_its_way() {
    let mirror = Mirror::start(Manner::Held, zeros);
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    opened(&page).await;
    page.type_into("web-base", &mirror.url("/there")).await;
    page.click("web-begin").await;
    // Half of the largest file, which is most of the set.
    page.wait("half of it", "find('web-progress').checkVisibility() && find('web-progress').value > 30").await;
    assert!(page.text("web-said").await.contains("train-images-idx3-ubyte.gz"));
    page.click("web-cancel").await;
    page.wait("the end of it", "!find('web-progress').checkVisibility() && !find('web-begin').disabled").await;
    mirror.release();
    // It goes on where one wants, and nothing of before comes after.
    mirror.behave(Manner::NotThere);
    page.click("web-begin").await;
    page.wait(
        "another try",
        &format!("find('web-said').textContent.includes({})", json!(word(ENGLISH, "missed_not_there"))),
    )
    .await;
    assert_eq!(mirror.asked().len(), 2);
    assert_eq!(page.value("Boolean(find('own-use') || find('web-kept-mnist'))").await, json!(false));
}
