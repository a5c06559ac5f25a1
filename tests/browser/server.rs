//! Serves the built page on a free port, and can hold back, cut or lose a file on the way.

use std::{
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
};

use latentscape::site::{Reply, Server, reply};

/// What happens to files whose path contains a given text.
#[derive(Clone, Copy, Debug)]
pub enum Fault {
    /// They come only after [`Site::release`].
    Held(&'static str),
    /// They are not there.
    Lost(&'static str),
    /// Only their first half comes.
    Cut(&'static str),
}

pub struct Site {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    dist: PathBuf,
    fault: Option<Fault>,
    released: Mutex<bool>,
    release: Condvar,
    served: Mutex<Vec<(String, usize)>>,
}

impl Site {
    pub fn whole() -> Self {
        Self::start(None)
    }

    pub fn with(fault: Fault) -> Self {
        Self::start(Some(fault))
    }

    fn start(fault: Option<Fault>) -> Self {
        let server = Server::bind(0).expect("a free port");
        let address = server.address().expect("a bound port");
        let shared = Arc::new(Shared {
            dist: dist(),
            fault,
            released: Mutex::new(false),
            release: Condvar::new(),
            served: Mutex::default(),
        });
        let answering = Arc::clone(&shared);
        // It ends with the test program.
        thread::spawn(move || server.run(move |url| answering.reply(url)));
        Self { address, shared }
    }

    /// Address of `path` (with query and fragment) on this site.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    /// Lets held files go.
    pub fn release(&self) {
        *lock(&self.shared.released) = true;
        self.shared.release.notify_all();
    }

    /// Paths asked for so far and the bytes of each answer.
    pub fn served(&self) -> Vec<(String, usize)> {
        lock(&self.shared.served).clone()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.release();
    }
}

impl Shared {
    fn reply(&self, url: &str) -> Reply {
        let reply = self.faulty_reply(url);
        lock(&self.served).push((url.to_owned(), reply.body.len()));
        reply
    }

    fn faulty_reply(&self, url: &str) -> Reply {
        let mut whole = reply(&self.dist, url);
        match self.fault {
            Some(Fault::Held(part)) if url.contains(part) => {
                let mut released = lock(&self.released);
                while !*released {
                    released = self.release.wait(released).unwrap_or_else(PoisonError::into_inner);
                }
                whole
            }
            Some(Fault::Lost(part)) if url.contains(part) => Reply::text(404, "There is no such file."),
            Some(Fault::Cut(part)) if url.contains(part) => {
                whole.body.truncate(whole.body.len() / 2);
                whole
            }
            _ => whole,
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A published file of the data folder beside the checkout, or where LATENTSCAPE_DATA points; a browser is given whole paths.
pub fn published(name: &str) -> Option<PathBuf> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data");
    let folder = std::env::var_os("LATENTSCAPE_DATA").map_or(beside, PathBuf::from);
    folder.join(name).canonicalize().ok()
}

/// The built page: `$LATENTSCAPE_DIST`, or `dist/` here.
pub fn dist() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("dist");
    let dist = std::env::var_os("LATENTSCAPE_DIST").map_or(here, PathBuf::from);
    assert!(dist.join("index.html").exists(), "{} holds no page; build it with ./dev build", dist.display());
    dist
}
