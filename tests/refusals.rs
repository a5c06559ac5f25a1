//! What is malformed, and the sentence that its visitor reads, in English and in Spanish. Every sentence that the page has
//! for it is in here, in one table, which is why the file is long; every one is of what a reader really said, but for the few
//! that no file brings about.

use std::collections::BTreeSet;
use std::fmt::Write;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::ControlFlow;

use latentscape::data::brought::{Foreign, Place};
use latentscape::data::model_file::{ModelFile, ModelFileError};
use latentscape::data::own_head::OwnHeadError;
use latentscape::data::published::{Missed, Published};
use latentscape::data::session_file::{Session, SessionFileError};
use latentscape::i18n::{Locale, refusals};
use latentscape::import::{self, Cause, Choices, Given, Hints, Refusal, Unwatched, prepare, read};
use latentscape::spec::check::Flaw;
use safetensors::Dtype;
use serde_json::{Map, Value};

#[path = "refusals/elsewhere.rs"]
mod elsewhere;
#[allow(dead_code, reason = "of the readers' own tests, which make more")]
#[path = "../src/import/tests/make.rs"]
mod make;

use make::*;

const ENGLISH: &str = include_str!("../locales/en.json");

/// A refusal, and what is said of it.
struct Row {
    refusal: Refusal,
    english: &'static str,
    spanish: &'static str,
}

/// Of one file.
fn of(name: &str, bytes: Vec<u8>, english: &'static str, spanish: &'static str) -> Row {
    of_all(&[(name, bytes)], Hints::default(), english, spanish)
}

fn of_all(files: &[(&str, Vec<u8>)], hints: Hints, english: &'static str, spanish: &'static str) -> Row {
    match collect(files, &hints) {
        Ok(set) => panic!("{english}: it was read: {:?}", set.facts()),
        Err(refusal) => Row { refusal, english, spanish },
    }
}

/// What no file brings about.
fn made(cause: Cause, english: &'static str, spanish: &'static str) -> Row {
    Row { refusal: cause.into(), english, spanish }
}

/// A file that was moved after it had been chosen.
struct Moved;

impl Read for Moved {
    fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
        Err(io::Error::other("moved"))
    }
}

impl Seek for Moved {
    fn seek(&mut self, _: SeekFrom) -> io::Result<u64> {
        Ok(9)
    }
}

fn moved() -> Refusal {
    let given = Given::new("a.npy", Box::new(Moved)).expect("a length");
    read(vec![given], &Hints::default(), &mut Unwatched).expect_err("it is gone")
}

fn cancelled() -> Refusal {
    let stop = &mut |_: u64, _: u64| ControlFlow::Break(());
    read(vec![given("a.npy", b"")], &Hints::default(), stop).expect_err("nobody waits for it")
}

fn of_a_side(side: usize) -> Refusal {
    let set = one("a.png", grey(2, 2, 1)).expect("a picture");
    let choices = Choices { side, ..set.preview().choices };
    prepare(&set, &choices, &mut Unwatched).expect_err("no such side")
}

/// Bytes that do not pack.
fn noise(length: usize) -> Vec<u8> {
    let mut state = 1_u32;
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 24) as u8
    };
    (0..length).map(|_| next()).collect()
}

fn entry(change: impl FnOnce(&mut Packed)) -> Vec<u8> {
    let mut entry = packed("a.png", grey(1, 1, 1));
    change(&mut entry);
    zip(&[entry])
}

/// An archive that says of itself that it has this many entries.
fn many(count: u64) -> Vec<u8> {
    let mut bytes = zip64(&[packed("a.png", grey(1, 1, 1))]);
    let record = bytes.windows(4).rposition(|word| word == b"PK\x06\x06").expect("a record");
    for at in [24, 32] {
        bytes[record + at..][..8].copy_from_slice(&count.to_le_bytes());
    }
    bytes
}

fn arrays() -> Vec<Row> {
    let long_header = [b"\x93NUMPY\x02\x00".to_vec(), u32::MAX.to_le_bytes().to_vec()].concat();
    let large = [npy("<f8", false, "(1, 4096, 4096, 3)", b""), noise(900_000)].concat();
    let stated = Hints { shape: Some([2, 3, 1]), ..Hints::default() };
    vec![
        of(
            "a.idx",
            vec![0, 0, 8],
            "a.idx: the header is cut short: 3 of its 8 bytes are there.",
            "a.idx: la cabecera está cortada: hay 3 de sus 8 bytes.",
        ),
        of(
            "a.idx",
            b"hello".to_vec(),
            "a.idx: it begins with bytes 68 65, but an IDX file begins with 00 00.",
            "a.idx: empieza con los bytes 68 65, pero un archivo IDX empieza con 00 00.",
        ),
        of(
            "a.idx",
            vec![0, 0, 0x0a, 3],
            "a.idx: byte 2 says element type 0x0a, which IDX does not know.",
            "a.idx: el byte 2 indica el tipo de elemento 0x0a, que IDX no conoce.",
        ),
        of(
            "a.idx",
            vec![0, 0, 8, 200],
            "a.idx: byte 3 says 200 dimensions, but 1 to 4 are read.",
            "a.idx: el byte 3 indica 200 dimensiones, pero se leen de 1 a 4.",
        ),
        of(
            "a.idx",
            idx(8, &[0, 2, 2], &[]),
            "a.idx: it announces 0 items, but 1 to 4\u{202f}000\u{202f}000 are read.",
            "a.idx: anuncia 0 elementos, pero se leen de 1 a 4\u{202f}000\u{202f}000.",
        ),
        of(
            "a.idx",
            idx(8, &[1, 5000, 1], &[0; 5000]),
            "a.idx: it has pictures of 1×5000 pixels, but 1 to 4096 a side are read.",
            "a.idx: tiene imágenes de 1×5000 píxeles, pero se leen de 1 a 4096 por lado.",
        ),
        of(
            "a.idx",
            idx(8, &[u32::MAX; 4], &[]),
            "a.idx: it announces 18\u{202f}446\u{202f}744\u{202f}073\u{202f}709\u{202f}551\u{202f}615 bytes of content, but at most 8\u{202f}589\u{202f}934\u{202f}592 are read.",
            "a.idx: anuncia 18\u{202f}446\u{202f}744\u{202f}073\u{202f}709\u{202f}551\u{202f}615 bytes de contenido, pero se leen como mucho 8\u{202f}589\u{202f}934\u{202f}592.",
        ),
        of(
            "a.idx",
            idx(8, &[1000, 28, 28], &[0; 9]),
            "a.idx: the content is cut short: 9 of the 784\u{202f}000 bytes that the header announces are there.",
            "a.idx: el contenido está cortado: hay 9 de los 784\u{202f}000 bytes que anuncia la cabecera.",
        ),
        of(
            "a.idx",
            idx(8, &[1, 2, 2], &[0; 5]),
            "a.idx: more bytes follow after the 4 that the header announces.",
            "a.idx: sobran bytes tras los 4 que anuncia la cabecera.",
        ),
        of(
            "a.idx",
            idx(0x0d, &[1, 1, 1], &f32::NAN.to_be_bytes()),
            "a.idx, picture 1: a value is infinite or not a number.",
            "a.idx, imagen 1: un valor es infinito o no es un número.",
        ),
        of(
            "a.idx",
            idx(8, &[2, 3], &[0; 6]),
            "a.idx: 3 values a picture do not make a square; say how high and wide the pictures are.",
            "a.idx: 3 valores por imagen no forman un cuadrado; indica el alto y el ancho de las imágenes.",
        ),
        of(
            "a.idx",
            idx(8, &[1, 2, 2, 2], &[0; 8]),
            "a.idx: an array of shape 1×2×2×2 is not a set of pictures.",
            "a.idx: una matriz de forma 1×2×2×2 no es un conjunto de imágenes.",
        ),
        of(
            "y.idx",
            idx(8, &[4], &[0; 4]),
            "y.idx: these are 4 labels without their pictures; choose the file of the pictures together with it.",
            "y.idx: son 4 etiquetas sin sus imágenes; elige también, a la vez, el archivo de las imágenes.",
        ),
        of(
            "a.npy",
            b"\x93NUMPY\x09\x00\x01\x00 ".to_vec(),
            "a.npy: it is version 9 of the npy format, but 1 to 3 are read.",
            "a.npy: es la versión 9 del formato npy, pero se leen de la 1 a la 3.",
        ),
        of(
            "a.npy",
            long_header,
            "a.npy: its header is 4\u{202f}294\u{202f}967\u{202f}295 bytes long, but at most 65\u{202f}536 are read.",
            "a.npy: su cabecera tiene 4\u{202f}294\u{202f}967\u{202f}295 bytes, pero se leen como mucho 65\u{202f}536.",
        ),
        of(
            "a.npy",
            npy_text("{'descr': ", b""),
            "a.npy, byte 20: this is no .npy file as NumPy writes it.",
            "a.npy, byte 20: esto no es un archivo .npy como los escribe NumPy.",
        ),
        of(
            "a.npy",
            npy("<U9", false, "(1, 1, 1)", b""),
            "a.npy: its elements are of type <U9, which is not a number that can be read.",
            "a.npy: sus elementos son de tipo <U9, que no es un número que se pueda leer.",
        ),
        of(
            "a.npy",
            npy("|O", false, "(1, 1, 1)", b""),
            "a.npy: its elements are Python objects; reading such runs a program that is in the file, so none are read: save numbers or words instead, as by astype(int) or astype(str).",
            "a.npy: sus elementos son objetos de Python; leerlos ejecutaría el programa que lleva el archivo, así que no se leen: guarda números o palabras, por ejemplo con astype(int) o astype(str).",
        ),
        of(
            "a.npy",
            b"\x80\x04\x95".to_vec(),
            "a.npy: it is a Python pickle; opening one runs the program in it, so none is read: save the array as .npy instead.",
            "a.npy: es un pickle de Python; abrirlo ejecutaría el programa que lleva dentro, así que no se lee ninguno: guarda la matriz como .npy.",
        ),
        of(
            "a.npy.gz",
            gzip(&large),
            "a.npy.gz: the picture takes more than 134\u{202f}217\u{202f}728 bytes of memory.",
            "a.npy.gz: la imagen ocupa más de 134\u{202f}217\u{202f}728 bytes de memoria.",
        ),
        of_all(
            &[("i.idx", idx(8, &[2, 1, 1], &[1, 2])), ("l.idx", idx(8, &[3], &[1, 2, 3]))],
            Hints::default(),
            "l.idx: there are 2 pictures but 3 labels.",
            "l.idx: hay 2 imágenes pero 3 etiquetas.",
        ),
        of_all(
            &[("a.npy", npy("|u1", false, "(1, 4)", &[0; 4]))],
            stated.clone(),
            "a.npy: 4 values a picture do not make the 2×3×1 that were stated.",
            "a.npy: 4 valores por imagen no forman los 2×3×1 indicados.",
        ),
        of_all(
            &[("a.raw", vec![0; 7])],
            Hints { shape: Some([0, 99_999, 1]), ..Hints::default() },
            "a.raw: it has pictures of 99\u{202f}999×0 pixels, but 1 to 4096 a side are read.",
            "a.raw: tiene imágenes de 99\u{202f}999×0 píxeles, pero se leen de 1 a 4096 por lado.",
        ),
        of_all(
            &[("a.raw", vec![0; 7])],
            stated,
            "a.raw: 7 bytes are not a whole number of pictures of 6 bytes.",
            "a.raw: 7 bytes no son un número entero de imágenes de 6 bytes.",
        ),
        of(
            "a.bin",
            vec![1; 784],
            "a.bin: raw bytes say nothing of their shape; say how high and wide the pictures are.",
            "a.bin: unos bytes sin cabecera no dicen su forma; indica el alto y el ancho de las imágenes.",
        ),
    ]
}

fn tables() -> Vec<Row> {
    vec![
        of("a.csv", b"a,b,c,d\n".to_vec(), "a.csv: the table has no rows.", "a.csv: la tabla no tiene filas."),
        of(
            "a.csv",
            b"1,2,3,4\n1,2,3\n".to_vec(),
            "a.csv, row 2: the row has 3 columns, but the first has 4.",
            "a.csv, fila 2: la fila tiene 3 columnas, pero la primera tiene 4.",
        ),
        of(
            "a.csv",
            [b"1,\"".to_vec(), vec![b'x'; 5 << 20]].concat(),
            "a.csv, row 1: a row is longer than the 4\u{202f}194\u{202f}304 bytes that are read; a quotation mark may be left open.",
            "a.csv, fila 1: una fila pasa de los 4\u{202f}194\u{202f}304 bytes que se leen; quizá quedó una comilla sin cerrar.",
        ),
        of(
            "a.csv",
            b"0,1,2,3\n0,1,x,3\n".to_vec(),
            "a.csv, row 2, column 3: “x” is not a number.",
            "a.csv, fila 2, columna 3: «x» no es un número.",
        ),
    ]
}

fn archives() -> Vec<Row> {
    let gz = gzip(&idx(8, &[1, 2, 2], &[1; 4]));
    vec![
        of(
            "a.gz",
            gz[..gz.len() - 9].to_vec(),
            "a.gz: the compressed data is damaged.",
            "a.gz: los datos comprimidos están dañados.",
        ),
        of(
            "a.zip",
            entry(|entry| entry.content.truncate(20)),
            "a.zip, a.png: the picture is damaged, or not of a kind that is read.",
            "a.zip, a.png: la imagen está dañada o no es de un tipo que se lea.",
        ),
        of(
            "a.gz",
            gzip(&idx(8, &[1 << 20, 4, 4], &vec![0; 1 << 24])),
            "a.gz: it would unpack to more than 500 times its size, as only a bomb does.",
            "a.gz: al descomprimirse ocuparía más de 500 veces su tamaño, como solo hace una bomba.",
        ),
        of(
            "a.zip",
            b"PK\x03\x04".to_vec(),
            "a.zip, byte 4: the archive is incomplete or damaged: its table of contents is not there.",
            "a.zip, byte 4: el archivo comprimido está incompleto o dañado: le falta el índice.",
        ),
        of(
            "a.zip",
            many(1 << 40),
            "a.zip: the archive has 1\u{202f}099\u{202f}511\u{202f}627\u{202f}776 entries, but at most 300\u{202f}000 are read.",
            "a.zip: el archivo comprimido tiene 1\u{202f}099\u{202f}511\u{202f}627\u{202f}776 entradas, pero se leen como mucho 300\u{202f}000.",
        ),
        of(
            "a.zip",
            entry(|entry| entry.name = "../a.png".into()),
            "a.zip, ../a.png: the entry's name leads out of the archive.",
            "a.zip, ../a.png: el nombre de la entrada lleva fuera del archivo comprimido.",
        ),
        of(
            "a.zip",
            entry(|entry| entry.flags = 1),
            "a.zip, a.png: the entry is encrypted.",
            "a.zip, a.png: la entrada está cifrada.",
        ),
        of(
            "a.zip",
            entry(|entry| entry.method = 14),
            "a.zip, a.png: the entry is packed by method 14, but only 0 (stored) and 8 (deflate) are read.",
            "a.zip, a.png: la entrada está comprimida con el método 14, pero solo se leen 0 (sin comprimir) y 8 (deflate).",
        ),
        of(
            "a.zip",
            zip(&[packed("b.zip", zip(&[]))]),
            "a.zip, b.zip: it is an archive in an archive; unpack it first.",
            "a.zip, b.zip: es un archivo comprimido dentro de otro; descomprímelo antes.",
        ),
    ]
}

fn foreign() -> Vec<Row> {
    vec![
        of(
            "a.tar",
            vec![1],
            "a.tar: it is a tar archive, which is not read here.",
            "a.tar: es un archivo tar, que aquí no se lee.",
        ),
        of(
            "a.7z",
            vec![1],
            "a.7z: it is a 7z archive, which is not read here.",
            "a.7z: es un archivo 7z, que aquí no se lee.",
        ),
        of(
            "a.rar",
            vec![1],
            "a.rar: it is a RAR archive, which is not read here.",
            "a.rar: es un archivo RAR, que aquí no se lee.",
        ),
        of(
            "a.h5",
            vec![1],
            "a.h5: it is an HDF5 file, which is not read here.",
            "a.h5: es un archivo HDF5, que aquí no se lee.",
        ),
        of(
            "a.mat",
            vec![1],
            "a.mat: it is a MATLAB file, which is not read here.",
            "a.mat: es un archivo de MATLAB, que aquí no se lee.",
        ),
        of(
            "a.parquet",
            vec![1],
            "a.parquet: it is a Parquet file, which is not read here.",
            "a.parquet: es un archivo Parquet, que aquí no se lee.",
        ),
        of(
            "a.tif",
            vec![1],
            "a.tif: it is a TIFF picture, which is not read here.",
            "a.tif: es una imagen TIFF, que aquí no se lee.",
        ),
        of(
            "a",
            b"%PDF-1.7".to_vec(),
            "a: it is a PDF document, which is not read here.",
            "a: es un documento PDF, que aquí no se lee.",
        ),
    ]
}

fn others() -> Vec<Row> {
    vec![
        Row {
            refusal: cancelled(),
            english: "Nothing was changed: reading was cancelled.",
            spanish: "No ha cambiado nada: se canceló la lectura.",
        },
        Row {
            refusal: moved(),
            english: "a.npy: the file could not be read.",
            spanish: "a.npy: no se pudo leer el archivo.",
        },
        Row {
            refusal: of_a_side(30),
            english: "Nothing was changed: pictures of 30×30 are not made here.",
            spanish: "No ha cambiado nada: aquí no se hacen imágenes de 30×30.",
        },
        of_all(
            &[],
            Hints::default(),
            "Nothing was changed: no file was given.",
            "No ha cambiado nada: no se eligió ningún archivo.",
        ),
        of(
            "a",
            b"Dear diary".to_vec(),
            "a: nothing in it can be read as a picture, an array or a table.",
            "a: no contiene nada que se pueda leer como imagen, matriz o tabla.",
        ),
        of_all(
            &["1.txt", "2.txt", "3.txt", "4.txt"].map(|name| (name, b"Dear diary".to_vec())),
            Hints::default(),
            "1.txt, 2.txt, 3.txt, …: nothing in it can be read as a picture, an array or a table.",
            "1.txt, 2.txt, 3.txt, …: no contiene nada que se pueda leer como imagen, matriz o tabla.",
        ),
        Row {
            refusal: Refusal { file: "model.safetensors".into(), ..Cause::NotAlone.into() },
            english: "model.safetensors: a model or a session is opened alone; choose it without the other files.",
            spanish: "model.safetensors: un modelo o una sesión se abre por separado; elígelo sin los otros archivos.",
        },
        made(
            Cause::OutOfMemory,
            "Nothing was changed: there is not enough memory for it.",
            "No ha cambiado nada: no hay memoria suficiente para esto.",
        ),
        made(
            Cause::TooFew,
            "Nothing was changed: one picture to train on and one to hold out are the least that is needed; bring more, or hold out another share.",
            "No ha cambiado nada: hacen falta al menos una imagen para entrenar y otra para reservar; trae más o reserva otra parte.",
        ),
    ]
}

/// Those of the page's texts that begin so.
fn keys(prefix: &str) -> BTreeSet<String> {
    let texts: Map<String, Value> = serde_json::from_str(ENGLISH).expect("a locale is JSON");
    texts.keys().filter_map(|key| key.strip_prefix(prefix)).map(str::to_owned).collect()
}

/// What a value of an enum is called where it crosses, as the texts have it.
fn name(value: impl serde::Serialize) -> String {
    let name = match serde_json::to_value(value).expect("plain data") {
        Value::String(name) => name,
        Value::Object(object) => object.keys().next().cloned().unwrap_or_default(),
        other => panic!("{other} is no value of an enum"),
    };
    name.replace('-', "_")
}

#[test]
fn every_malformed_input_has_its_sentence_in_both_languages() {
    let rows: Vec<Row> = [arrays(), tables(), archives(), foreign(), others()].into_iter().flatten().collect();
    let mut wrong = String::new();
    for Row { refusal, english, spanish } in &rows {
        for (locale, sentence) in [(Locale::en, english), (Locale::es, spanish)] {
            let said = refusals::sentence(locale, refusal);
            if said != *sentence {
                writeln!(wrong, "expected: {sentence}\nsaid:     {said}").expect("a string takes everything");
            }
        }
    }
    assert!(wrong.is_empty(), "\n{wrong}");

    let mut sentences = keys("refused_");
    // How a place and a cause go together is no sentence of its own.
    sentences.remove("at");
    let seen: BTreeSet<String> = rows.iter().map(|row| name(&row.refusal.cause)).collect();
    assert_eq!(seen, sentences, "every sentence is in the table");
    let places: BTreeSet<String> = rows.iter().map(|row| name(row.refusal.place)).collect();
    let all = [
        Place::Whole,
        Place::Byte { at: 0 },
        Place::Row { row: 1 },
        Place::Cell { row: 1, column: 1 },
        Place::Picture { number: 1 },
    ];
    assert_eq!(places, all.map(name).into());
    let formats = rows.iter().filter(|row| matches!(row.refusal.cause, Cause::Foreign { .. })).count();
    assert_eq!(formats, keys("foreign_").len());
    assert!(rows.iter().any(|row| row.refusal.cause == Cause::Foreign { format: Foreign::Pdf }));
}
