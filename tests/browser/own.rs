//! A visitor's own pictures: dropped as files, looked at, trained on; and what cannot be read, in both languages.

use std::io::Write;
use std::path::PathBuf;

use flate2::Compression;
use flate2::write::GzEncoder;
use latentscape::data::brought::{Cause, Refusal};
use latentscape::data::model_file::ModelFile;
use latentscape::i18n::{Locale, refusals};
use latentscape::spec::ModelSpec;
use serde_json::json;
use thirtyfour::Key;

use super::chromium::Setup;
use super::files::export;
use super::folder::Folder;
use super::page::{ENGLISH, Page, SPANISH, word};
use super::server::{Site, published};

/// IDX: pictures of 28×28, of which each has its class as a bar.
pub fn idx(n: usize) -> [Vec<u8>; 2] {
    let head = |kind: u8, sizes: &[u32]| {
        let mut head = vec![0, 0, 8, kind];
        sizes.iter().for_each(|size| head.extend(size.to_be_bytes()));
        head
    };
    let (mut pictures, mut labels) = (head(3, &[n as u32, 28, 28]), head(1, &[n as u32]));
    for i in 0..n {
        let class = i % 3;
        labels.push(class as u8);
        pictures
            .extend((0..784).map(|at| if (at / 28) / 9 == class && (4..24).contains(&(at % 28)) { 255 } else { 0 }));
    }
    [pictures, labels]
}

pub fn written(folder: &Folder, name: &str, bytes: &[u8]) -> PathBuf {
    let path = folder.0.join(name);
    std::fs::write(&path, bytes).expect("a file");
    path
}

fn gzipped(bytes: &[u8]) -> Vec<u8> {
    let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
    gzip.write_all(bytes).expect("memory");
    gzip.finish().expect("memory")
}

pub async fn chosen(page: &Page) {
    page.wait("a preview", "find('own-use')?.checkVisibility()").await;
    page.wait("a contact sheet", "find('own-sheet').width > 200").await;
}

#[tokio::test]
async fn dropped_files_are_looked_at_chosen_from_and_trained_on() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#steps=500").await;
    page.wait_phase("ready").await;
    let folder = Folder::new("own");
    let [pictures, labels] = idx(300);
    let files = [
        written(&folder, "bars-images-idx3-ubyte.gz", &gzipped(&pictures)),
        written(&folder, "bars-labels-idx1-ubyte", &labels),
    ];
    page.drop_files("plane", &[&files[0], &files[1]]).await;
    chosen(&page).await;
    assert_eq!(page.text("own-from").await, "From bars-images-idx3-ubyte.gz and 1 more");
    // What cannot be read leaves them, under their own name.
    let diary = written(&folder, "diary.txt", b"Dear diary");
    page.drop_files("plane", &[&diary]).await;
    page.wait("a sentence", "find('own-said').textContent.startsWith('diary.txt: ')").await;
    assert_eq!(page.text("own-from").await, "From bars-images-idx3-ubyte.gz and 1 more");
    let facts = page.text("own-facts").await;
    assert!(facts.contains("300") && facts.contains("28 × 28") && facts.contains("255"), "{facts}");
    let classes = page.text("own-classes").await;
    assert!(classes.contains("3 classes") && classes.contains("2 (100)"), "{classes}");
    // Ink on black, as they are; swapped, it is the paper that is bright.
    let sheet = page.picture("own-sheet", 280, 28).await;
    page.click("own-invert").await;
    page.picture_once("own-sheet", sheet.clone(), |p| p.distance(&sheet) > 0.4).await;
    page.click("own-invert").await;
    page.picture_once("own-sheet", sheet.clone(), |p| p.distance(&sheet) < 0.001).await;

    page.click("own-use").await;
    page.wait("they are here", "find('own-here').checkVisibility()").await;
    let here = page.text("own-here").await;
    assert!(here.contains("270") && here.contains("30"), "{here}");
    page.train_to(60).await;
    // Bars of three classes part soon; their points are of three colours and what is decoded is a bar.
    page.wait_phase("ready").await;
    page.wait(
        "three classes",
        "[0, 1, 2].every(i => find(`class-${i}`).checkVisibility()) && !find('class-3').checkVisibility()",
    )
    .await;
    page.wait_coloured_point().await;
    assert!(page.decoded().await.contrast() > 0.05);
    // All that can be taken away is in sight on a phone as well.
    page.resize(360, 740).await;
    page.click("export").await;
    let left = "document.querySelector('.menu[open] .sheet').getBoundingClientRect().left";
    assert!(page.number(left).await >= 0.0, "{}", page.number(left).await);
    page.check_no_errors().await;
}

/// What numpy saves of words, and pictures in which there is nothing to see.
#[tokio::test]
async fn words_are_classes_and_what_is_empty_is_said_to_be() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    let folder = Folder::new("words");
    let npy = |descr: &str, shape: &str, content: &[u8]| {
        let header = format!("{{'descr': '{descr}', 'fortran_order': False, 'shape': {shape}, }}\n");
        [b"\x93NUMPY\x01\x00", &(header.len() as u16).to_le_bytes()[..], header.as_bytes(), content].concat()
    };
    let labels = written(&folder, "y.npy", &npy("|S3", "(40,)", &b"dogcat".repeat(20)));
    for (pixel, empty) in [(7_u8, true), (200, false)] {
        let pixels: Vec<u8> = (0..40 * 16).map(|at| if at % 16 == 0 { pixel } else { 7 }).collect();
        let pictures = written(&folder, &format!("x{pixel}.npy"), &npy("|u1", "(40, 4, 4)", &pixels));
        page.drop_files("plane", &[&pictures, &labels]).await;
        page.wait("a preview", &format!("find('own-from')?.textContent === 'From x{pixel}.npy and 1 more'")).await;
        assert_eq!(page.text("own-classes").await, "2 classes: cat (20), dog (20)");
        assert_eq!(page.value("find('own-flat').checkVisibility()").await, json!(empty));
    }
    page.check_no_errors().await;
}

/// Few pictures make the batch smaller, and more of them let it be what it was; a set without classes has a way to the point.
#[tokio::test]
async fn what_a_small_set_asks_for_goes_with_it() {
    let page = Page::open(Setup::CPU, Site::whole(), "/#steps=30&batch=50").await;
    page.wait_phase("ready").await;
    let folder = Folder::new("small");
    let picture = |i: usize| (0..16).map(|at| ((i * 37 + at * 11) % 256).to_string()).collect::<Vec<_>>().join(",");
    let table = |n: usize| (0..n).map(|i| picture(i) + "\n").collect::<String>();
    for (n, batch) in [(20, 18.0), (200, 50.0)] {
        let file = written(&folder, &format!("plain{n}.csv"), table(n).as_bytes());
        page.drop_files("plane", &[&file]).await;
        page.wait("a preview", &format!("find('own-from')?.textContent === 'From plain{n}.csv'")).await;
        chosen(&page).await;
        page.focus("[data-testid=own-use]").await;
        page.press(&[], Key::Enter).await;
        page.wait("they are here", "find('own-here').checkVisibility()").await;
        page.wait("the focus stays at hand", "document.activeElement.matches('[data-testid=own] > summary')").await;
        assert_eq!(page.number("Number(find('batch').value)").await, batch);
    }
    page.click("train").await;
    page.wait_step(30).await;
    page.wait_phase("ready").await;
    assert_eq!(page.string("find('strip-from').value + ' ' + find('strip-to').value").await, "0 h0");
    page.check_no_errors().await;
}

/// All of MNIST, 70,000 pictures in the published files: read beside the page, which stays smooth.
#[tokio::test]
async fn the_published_digits_come_in_whole() {
    let names = [
        "train-images-idx3-ubyte.gz",
        "train-labels-idx1-ubyte.gz",
        "t10k-images-idx3-ubyte.gz",
        "t10k-labels-idx1-ubyte.gz",
    ];
    let files: Vec<PathBuf> = names.iter().filter_map(|name| published(&format!("mnist/{name}"))).collect();
    if files.len() < names.len() {
        eprintln!("skipped: the published files are not in ../shared/data nor in $LATENTSCAPE_DATA");
        return;
    }
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    let watch = "window.longest = 0; let last = performance.now();
        const frame = now => { window.longest = Math.max(window.longest, now - last); last = now; requestAnimationFrame(frame); };
        requestAnimationFrame(frame);";
    page.run(watch, json!({})).await;
    page.drop_files("plane", &files.iter().map(PathBuf::as_path).collect::<Vec<_>>()).await;
    page.wait("it is being read", "find('own-progress').checkVisibility()").await;
    chosen(&page).await;
    assert!(page.text("own-facts").await.contains("70\u{202f}000"), "{}", page.text("own-facts").await);
    page.click("own-use").await;
    page.wait("they are here", "find('own-here').checkVisibility()").await;
    let here = page.text("own-here").await;
    assert!(here.contains("60\u{202f}000") && here.contains("10\u{202f}000"), "{here}");
    eprintln!("the longest frame meanwhile: {} ms", page.number("window.longest").await);
    page.train_to(20).await;
    page.wait_coloured_point().await;
    page.check_no_errors().await;
}

#[tokio::test]
async fn what_cannot_be_read_gets_one_sentence_and_costs_nothing() {
    let folder = Folder::new("refused");
    let [mut cut, _] = idx(5);
    cut.truncate(1000);
    let cases = [
        (
            written(&folder, "cut-idx3-ubyte", &cut),
            "cut-idx3-ubyte: the content is cut short: 984 of the 3920 bytes that the header announces are there.",
            "cut-idx3-ubyte: el contenido está cortado: hay 984 de los 3920 bytes que anuncia la cabecera.",
        ),
        (
            written(&folder, "array.npy", b"\x80\x04\x95\x00\x00"),
            "array.npy: it is a Python pickle; opening one runs the program in it, so none is read: save the array as .npy instead.",
            "array.npy: es un pickle de Python; abrirlo ejecutaría el programa que lleva dentro, así que no se lee ninguno: guarda la matriz como .npy.",
        ),
        (
            written(&folder, "table.csv", b"1,2,3,4,5\n1,2\n"),
            "table.csv, row 2: the row has 2 columns, but the first has 5.",
            "table.csv, fila 2: la fila tiene 2 columnas, pero la primera tiene 5.",
        ),
    ];
    for (setup, spanish) in [(Setup::CPU, false), (Setup::SPANISH, true)] {
        let page = Page::open(setup, Site::whole(), "/").await;
        page.wait_phase("ready").await;
        for (file, english, in_spanish) in &cases {
            page.drop_files("plane", &[file]).await;
            let wanted = if spanish { in_spanish } else { english };
            page.wait("a sentence", &format!("find('own-said').textContent === {}", json!(wanted))).await;
        }
        assert_eq!(page.phase().await, "ready");
        page.check_no_errors().await;
    }
}

/// Where files may be dropped is said at once, wherever the page is scrolled to and however much of it is folded.
#[tokio::test]
async fn files_that_are_held_over_the_page_are_invited() {
    let folder = Folder::new("over");
    let file = written(&folder, "two.csv", b"1,2,3,4\n4,3,2,1\n");
    for (setup, language) in [(Setup::CPU, ENGLISH), (Setup::SPANISH, SPANISH)] {
        let page = Page::open(setup, Site::whole(), "/").await;
        page.wait_phase("ready").await;
        assert_eq!(page.value("find('own').open").await, json!(false));
        let hold = async |kind: &str| {
            let data = json!({ "items": [], "files": [&file], "dragOperationsMask": 1 });
            page.cdp("Input.dispatchDragEvent", json!({ "type": kind, "x": 400, "y": 300, "data": data })).await;
        };
        hold("dragEnter").await;
        hold("dragOver").await;
        page.wait("the invitation", "find('own-over').checkVisibility()").await;
        assert_eq!(page.text("own-over").await, word(language, "own_over"));
        // Given up: nobody holds them any more.
        page.wait("it to go", "!find('own-over').checkVisibility()").await;
        hold("dragEnter").await;
        hold("drop").await;
        chosen(&page).await;
        page.wait("no invitation", "!find('own-over').checkVisibility()").await;
        page.check_no_errors().await;
    }
}

/// One picture is looked at, and that it is too few is said before it is used.
#[tokio::test]
async fn a_single_picture_cannot_be_used() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    let folder = Folder::new("single");
    let file = written(&folder, "one.csv", b"1,2,3,4\n");
    page.drop_files("plane", &[&file]).await;
    chosen(&page).await;
    assert_eq!(page.text("own-from").await, "From one.csv");
    assert_eq!(page.text("own-single").await, word(ENGLISH, "own_single"));
    assert_eq!(page.value("find('own-use').disabled").await, json!(true));
    page.check_no_errors().await;
}

/// The shipped model as a file for PyTorch, the Python beside it, and the file dropped again: the same model, at rest.
#[tokio::test]
async fn a_model_goes_out_and_comes_back() {
    let page = Page::open(Setup::CPU, Site::whole(), "/").await;
    page.wait_phase("ready").await;
    let folder = Folder::new("model-out");
    page.cdp("Browser.setDownloadBehavior", json!({ "behavior": "allow", "downloadPath": folder.0 })).await;
    let before = page.decoded().await;
    let name = "latentscape-model.safetensors";
    let file = export(&page, &folder, "export-model", name).await;
    let opened = ModelFile::open(&file).expect("a model file");
    let model = opened.model(&ModelSpec::mlp(&[])).expect("it says its model");
    assert_eq!(model.net, ModelSpec::mlp(&[512, 256]).net);
    let python = export(&page, &folder, "export-python", "latentscape-model.py").await;
    let python = String::from_utf8(python).expect("text");
    assert!(python.contains(name) && python.contains("load_file") && python.contains("load_state_dict"), "{python}");

    // Cut short it is refused, and nothing has changed.
    let half = &file[..file.len() / 2];
    let sentence = refusals::model(Locale::en, "cut.safetensors", &ModelFile::open(half).expect_err("it is cut"));
    let cut = written(&folder, "cut.safetensors", half);
    page.drop_files("plane", &[&cut]).await;
    page.wait("a sentence", &format!("find('own-said').textContent === {}", json!(sentence))).await;
    // Chosen where sessions are, it is said there.
    page.run("find('saved').open = true;", json!({})).await;
    page.choose_files("saved-open-file", &[&cut]).await;
    page.wait("the sentence there", &format!("find('saved-said').textContent === {}", json!(sentence))).await;
    page.wait("once", "find('own-said').hidden").await;
    assert_eq!(page.phase().await, "ready");

    let whole = written(&folder, "mine.safetensors", &file);
    page.drop_files("plane", &[&whole]).await;
    page.wait_said("said_opened").await;
    page.wait_phase("paused").await;
    assert_eq!(page.step().await, 0);
    let after = page.decoded().await;
    assert!(after.distance(&before) < 0.01, "{}", after.distance(&before));
    let head = page.string("find('model').closest('label').textContent").await;
    assert!(head.contains("mine") && head.contains(&word(ENGLISH, "model_opened")), "{head}");
    // Together with other files it is none of the data, and that is said; another takes its place while it rests.
    let other = written(&folder, "other.csv", b"1,2,3,4\n");
    page.drop_files("plane", &[&other, &whole]).await;
    let alone = Refusal { file: "mine.safetensors".into(), ..Cause::NotAlone.into() };
    let sentence = refusals::sentence(Locale::en, &alone);
    page.wait("a sentence", &format!("find('own-said').textContent === {}", json!(sentence))).await;
    page.choose_files("own-files", &[&whole]).await;
    page.wait_said("said_opened").await;
    page.wait_phase("paused").await;
    assert!(page.decoded().await.distance(&before) < 0.01);
    // A run that is under way is not pushed aside.
    page.click("pause").await;
    page.wait_phase("training").await;
    page.wait_step(20).await;
    page.drop_files("plane", &[&whole]).await;
    page.wait_said("said_running").await;
    assert!(page.step().await >= 20 && page.phase().await == "training");
    page.check_console().await;
    drop(page);

    // What ran beside another run does not stay beside it.
    let page = Page::open(Setup::CPU, Site::whole(), "/#steps=2000&net=16&digits=300&beside=plain").await;
    page.train_to(20).await;
    page.click("pause").await;
    page.wait_phase("paused").await;
    assert_eq!(page.number("document.querySelectorAll('.planes.two').length").await, 1.0);
    page.drop_files("plane", &[&whole]).await;
    page.wait_said("said_opened").await;
    page.wait("one plane", "!document.querySelector('.planes.two')").await;
    page.wait_phase("paused").await;
    assert_eq!(page.step().await, 0);
    page.check_console().await;
}
