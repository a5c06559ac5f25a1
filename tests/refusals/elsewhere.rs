//! Models and sessions that are not taken, and published files that do not come: the sentences for what is no visitor's data.

use super::*;

#[test]
fn every_model_that_is_not_taken_has_its_sentence() {
    let unreadable = ModelFile::open(b"no tensors").expect_err("ten bytes");
    let (name, key) = ("mu.weight".to_owned(), "latentscape.run");
    let rows = [
        (
            ModelFileError::Cut { got: 999, want: 12_000 },
            "the content is cut short: 999 of the 12\u{202f}000 bytes that the header announces are there",
            "el contenido está cortado: hay 999 de los 12\u{202f}000 bytes que anuncia la cabecera",
        ),
        (unreadable, "it is not a whole safetensors file", "no es un archivo safetensors completo"),
        (
            ModelFileError::Spec { key, why: String::new() },
            "what it says of its model, under “latentscape.run”, cannot be understood",
            "no se entiende lo que dice de su modelo en «latentscape.run»",
        ),
        (
            ModelFileError::Flaw(Flaw::TooLarge),
            "its model is not one that can run here",
            "su modelo no se puede ejecutar aquí",
        ),
        (
            ModelFileError::Missing { name: name.clone(), expected: "[2, 20]".into() },
            "it has no tensor mu.weight of shape [2, 20], which a model of this page has",
            "no tiene el tensor mu.weight de forma [2, 20], que tienen los modelos de esta página",
        ),
        (
            ModelFileError::Extra { name: name.clone(), found: vec![2] },
            "it has a tensor mu.weight that no model of this page has",
            "tiene un tensor mu.weight que no tiene ningún modelo de esta página",
        ),
        (
            ModelFileError::Shape { name: name.clone(), found: vec![2, 21], expected: "[2, 20]".into() },
            "tensor mu.weight has shape 2×21 where [2, 20] is expected",
            "el tensor mu.weight tiene la forma 2×21, pero se espera [2, 20]",
        ),
        (
            ModelFileError::Type { name: name.clone(), found: Dtype::I64 },
            "tensor mu.weight holds I64; F32, F16 and BF16 are read",
            "el tensor mu.weight contiene I64; se leen F32, F16 y BF16",
        ),
        (
            ModelFileError::NotFinite { name, at: 7, found: f32::NAN },
            "tensor mu.weight holds, at place 7, what is no finite number",
            "el tensor mu.weight contiene en la posición 7 algo que no es un número finito",
        ),
    ];
    for (error, english, spanish) in &rows {
        let sentences = [english, spanish].map(|clause| format!("mine.safetensors: {clause}."));
        assert_eq!(
            [Locale::en, Locale::es].map(|locale| refusals::model(locale, "mine.safetensors", error)),
            sentences
        );
    }
}

#[test]
fn every_session_that_is_not_taken_has_its_sentence() {
    let (name, why) = ("codes.mu".to_owned(), String::new());
    let rows = [
        (
            SessionFileError::Cut { got: 7, want: 12_000 },
            "the content is cut short: 7 of the 12\u{202f}000 bytes that the header announces are there",
            "el contenido está cortado: hay 7 de los 12\u{202f}000 bytes que anuncia la cabecera",
        ),
        (
            Session::open(b"no tensors").expect_err("ten bytes"),
            "it is not a whole safetensors file",
            "no es un archivo safetensors completo",
        ),
        (SessionFileError::NoSession, "it holds no session", "no contiene ninguna sesión"),
        (
            SessionFileError::TooLarge { most: 600_000_000 },
            "it is larger than the 600 MB that a session may have",
            "supera los 600 MB que puede tener una sesión",
        ),
        (
            SessionFileError::Newer { found: 2 },
            "the session was saved by a newer version of this page (format 2); reload the page, or open it there",
            "la sesión se guardó con una versión más nueva de esta página (formato 2); recarga la página o ábrela allí",
        ),
        (
            SessionFileError::Head(why.clone()),
            "the session's description of itself cannot be understood; the file may be damaged",
            "no se entiende lo que la sesión dice de sí misma; el archivo puede estar dañado",
        ),
        (
            SessionFileError::Log(why),
            "the session's curves cannot be understood; the file may be damaged",
            "no se entienden las curvas de la sesión; el archivo puede estar dañado",
        ),
        (
            SessionFileError::Flaw { step: 1200, why: Flaw::TooLarge },
            "the session's moment at step 1200 describes a run that cannot be",
            "el momento del paso 1200 de la sesión describe un entrenamiento imposible",
        ),
        (
            SessionFileError::Missing { name: name.clone() },
            "the session has no tensor codes.mu, which its description names",
            "a la sesión le falta el tensor codes.mu, que su descripción nombra",
        ),
        (
            SessionFileError::Shape {
                name: name.clone(),
                found: "F16 of [3, 2]".into(),
                expected: "F32 of [3, 2]".into(),
            },
            "tensor codes.mu is F16 of [3, 2] where F32 of [3, 2] is expected",
            "el tensor codes.mu es F16 of [3, 2] y se esperaba F32 of [3, 2]",
        ),
        (
            SessionFileError::NotFinite { name },
            "tensor codes.mu holds a value that is not a number",
            "el tensor codes.mu contiene un valor que no es un número",
        ),
        (
            SessionFileError::Pictures(OwnHeadError::Format { side: 100, channels: 2 }),
            "the session's pictures are of 100 × 100 pixels with 2 values each, which this version of the page does not take",
            "las imágenes de la sesión son de 100 × 100 píxeles con 2 valores cada uno, y esta versión de la página no las admite",
        ),
        (
            SessionFileError::Pictures(OwnHeadError::Classes { found: 0 }),
            "the session's pictures make no set to train on",
            "las imágenes de la sesión no forman un conjunto con el que entrenar",
        ),
        (
            SessionFileError::OtherPictures,
            "the session's pictures are not those that its run was trained on",
            "las imágenes de la sesión no son las de su entrenamiento",
        ),
    ];
    for (error, english, spanish) in &rows {
        let sentences = [english, spanish].map(|clause| format!("mine.safetensors: {clause}."));
        assert_eq!(
            [Locale::en, Locale::es].map(|locale| refusals::session(locale, "mine.safetensors", error)),
            sentences
        );
    }
}

#[test]
fn every_file_that_does_not_come_has_its_sentence() {
    let rows = [
        (
            Missed::Address,
            "that is not an address on the web; it should begin with https:// or http://",
            "eso no es una dirección web; debe empezar por https:// o http://",
        ),
        (
            Missed::Unreachable,
            "the browser could not fetch it: there is no connection, or that place does not let other pages read its files (CORS); download the four files there yourself and drop them here",
            "el navegador no pudo obtenerlo: no hay conexión, o ese sitio no deja que otras páginas lean sus archivos (CORS); descarga allí tú los cuatro archivos y suéltalos aquí",
        ),
        (Missed::Status { status: 404 }, "there is no such file there (404)", "allí no existe ese archivo (404)"),
        (
            Missed::Status { status: 503 },
            "the server there answers with an error (503)",
            "el servidor responde con un error (503)",
        ),
        (
            Missed::Cut { got: 10_000, want: 28_881 },
            "the download was cut short: 10\u{202f}000 of 28\u{202f}881 bytes came",
            "la descarga se cortó: llegaron 10\u{202f}000 de 28\u{202f}881 bytes",
        ),
        (
            Missed::Sum,
            "this is not the published file: its SHA-256 sum or its length is another; it was not used",
            "no es el archivo publicado: su suma SHA-256 o su tamaño es otro; no se usó",
        ),
        (Missed::OutOfMemory, "there is not enough memory for it", "no hay memoria suficiente para esto"),
    ];
    let [_, labels, ..] = Published::Mnist.files();
    for (why, english, spanish) in &rows {
        let said = [Locale::en, Locale::es].map(|locale| refusals::missed(locale, labels, "https://a.b/", why));
        let file = "train-labels-idx1-ubyte.gz";
        assert_eq!(
            said,
            [format!("{file} from https://a.b/: {english}."), format!("{file} de https://a.b/: {spanish}.")]
        );
    }
}
