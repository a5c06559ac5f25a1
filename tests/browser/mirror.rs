//! Another place on the web: hands out files to pages of elsewhere, or fails at it in one of several ways.

use std::{
    io::{BufRead, BufReader, Write},
    net::{SocketAddr, TcpListener, TcpStream},
    sync::{Arc, Condvar, Mutex, PoisonError},
    thread,
};

/// What it does with what is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    Open,
    /// It does not say that other pages may read it.
    Closed,
    NotThere,
    /// The length is right, and nothing else.
    Altered,
    /// After half of it the connection ends.
    Cut,
    /// After half of it nothing comes until [`Mirror::release`].
    Held,
}

/// The content of a path.
type Files = dyn Fn(&str) -> Option<Vec<u8>> + Send + Sync;

pub struct Mirror {
    address: SocketAddr,
    shared: Arc<Shared>,
}

struct Shared {
    files: Box<Files>,
    manner: Mutex<Manner>,
    asked: Mutex<Vec<String>>,
    released: Mutex<bool>,
    release: Condvar,
}

impl Mirror {
    /// `files`: the content of a path, "/mnist/x.gz".
    pub fn start(manner: Manner, files: impl Fn(&str) -> Option<Vec<u8>> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("a bound port");
        let shared = Arc::new(Shared {
            files: Box::new(files),
            manner: Mutex::new(manner),
            asked: Mutex::default(),
            released: Mutex::new(false),
            release: Condvar::new(),
        });
        let answering = Arc::clone(&shared);
        // It ends with the test program.
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let answering = Arc::clone(&answering);
                // A browser that hangs up is no fault.
                thread::spawn(move || answering.answer(&stream).ok());
            }
        });
        Self { address, shared }
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn behave(&self, manner: Manner) {
        *lock(&self.shared.manner) = manner;
    }

    /// Paths that were asked for.
    pub fn asked(&self) -> Vec<String> {
        lock(&self.shared.asked).clone()
    }

    pub fn release(&self) {
        *lock(&self.shared.released) = true;
        self.shared.release.notify_all();
    }
}

impl Drop for Mirror {
    fn drop(&mut self) {
        self.release();
    }
}

impl Shared {
    /// One request a connection.
    fn answer(&self, mut stream: &TcpStream) -> std::io::Result<()> {
        let mut lines = BufReader::new(stream).lines();
        let first = lines.next().transpose()?.unwrap_or_default();
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let path = first.split(' ').nth(1).unwrap_or_default().to_owned();
        lock(&self.asked).push(path.clone());
        let manner = *lock(&self.manner);
        let body = (self.files)(&path).filter(|_| manner != Manner::NotThere);
        let status = if body.is_some() { "200 OK" } else { "404 Not Found" };
        let mut body = body.unwrap_or_default();
        if manner == Manner::Altered {
            body.iter_mut().for_each(|byte| *byte ^= 1);
        }
        let allowed = if manner == Manner::Closed { "" } else { "Access-Control-Allow-Origin: *\r\n" };
        let length = body.len();
        write!(stream, "HTTP/1.1 {status}\r\n{allowed}Content-Length: {length}\r\nConnection: close\r\n\r\n")?;
        let (front, back) = body.split_at(length / 2);
        stream.write_all(front)?;
        match manner {
            Manner::Cut => return Ok(()),
            Manner::Held => {
                let mut released = lock(&self.released);
                while !*released {
                    released = self.release.wait(released).unwrap_or_else(PoisonError::into_inner);
                }
            }
            Manner::Open | Manner::Closed | Manner::NotThere | Manner::Altered => {}
        }
        stream.write_all(back)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
