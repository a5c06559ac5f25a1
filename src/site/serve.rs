//! A small static server for one's own machine: right types, nothing cached without asking, nothing outside the folder.

use std::{
    fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    sync::Arc,
    thread,
};

use super::{SiteError, assets::hash};

/// Most bytes of a request's head; browsers send less than one thousand.
const LONGEST_HEAD: u64 = 16 * 1024;

/// What to answer to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub mime: &'static str,
    pub body: Vec<u8>,
}

/// Listens on this machine only. HTTP/1.1 with one thread a connection: a browser keeps half a dozen of them open, and
/// none may wait for another.
pub struct Server {
    listener: TcpListener,
}

impl Server {
    /// Port 0 takes any that is free.
    pub fn bind(port: u16) -> Result<Self, SiteError> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port));
        listener.map(|listener| Self { listener }).map_err(|error| SiteError::Listen(error.to_string()))
    }

    pub fn address(&self) -> Result<SocketAddr, SiteError> {
        self.listener.local_addr().map_err(|error| SiteError::Listen(error.to_string()))
    }

    /// Answers each path (with its query) until the process ends.
    pub fn run(self, answer: impl Fn(&str) -> Reply + Send + Sync + 'static) {
        let answer = Arc::new(answer);
        for stream in self.listener.incoming().flatten() {
            let answer = Arc::clone(&answer);
            // A connection that breaks is the browser's business: it will ask again.
            thread::spawn(move || converse(&stream, &*answer).ok());
        }
    }
}

/// Answers one request after another until the browser hangs up.
fn converse(stream: &TcpStream, answer: &dyn Fn(&str) -> Reply) -> io::Result<()> {
    stream.set_nodelay(true)?;
    let mut reader = BufReader::new(stream);
    while let Some(request) = Request::read(&mut reader)? {
        let reply = match request.method.as_str() {
            "GET" | "HEAD" => answer(&request.url),
            _ => Reply::text(405, "This site can only be read."),
        };
        reply.write(&request, stream)?;
        // Of another method a body may follow, which nobody will read.
        if reply.status == 405 || request.header("connection").is_some_and(|value| value.eq_ignore_ascii_case("close"))
        {
            break;
        }
    }
    Ok(())
}

/// The head of a request.
struct Request {
    method: String,
    url: String,
    headers: Vec<(String, String)>,
}

impl Request {
    /// Nothing when the browser has hung up, or does not speak HTTP.
    fn read(reader: &mut impl BufRead) -> io::Result<Option<Self>> {
        let mut head = reader.take(LONGEST_HEAD);
        let mut line = String::new();
        head.read_line(&mut line)?;
        let mut words = line.split_whitespace();
        let (Some(method), Some(url)) = (words.next(), words.next()) else { return Ok(None) };
        let mut request = Self { method: method.to_owned(), url: url.to_owned(), headers: Vec::new() };
        loop {
            let mut line = String::new();
            if head.read_line(&mut line)? == 0 {
                return Ok(None);
            }
            match line.trim_end().split_once(':') {
                Some((name, value)) => request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned())),
                None => return Ok(Some(request)),
            }
        }
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// The file that `url` (path and query) names below `folder`.
pub fn reply(folder: &Path, url: &str) -> Reply {
    let Some(relative) = relative_path(url) else {
        return Reply::text(400, "This is not a path of this site.");
    };
    let mut file = folder.join(relative);
    if file.is_dir() {
        file.push("index.html");
    }
    match fs::read(&file) {
        Ok(body) => Reply { status: 200, mime: mime(&file), body },
        Err(_) => Reply::text(404, "There is no such file."),
    }
}

impl Reply {
    pub fn text(status: u16, text: &str) -> Self {
        Self { status, mime: "text/plain; charset=utf-8", body: text.as_bytes().to_vec() }
    }

    /// Writes it; only a note that nothing has changed if the browser already has this very content.
    fn write(&self, request: &Request, mut stream: &TcpStream) -> io::Result<()> {
        let tag = format!("\"{:016x}\"", hash(&self.body));
        let known = self.status == 200 && request.header("if-none-match") == Some(&tag);
        let status = if known { 304 } else { self.status };
        let reason = match status {
            200 => "OK",
            304 => "Not Modified",
            400 => "Bad Request",
            405 => "Method Not Allowed",
            _ => "Not Found",
        };
        let mut message = format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-cache\r\nETag: {tag}\r\n\r\n",
            self.mime,
            self.body.len(),
        )
        .into_bytes();
        if !known && request.method != "HEAD" {
            message.extend_from_slice(&self.body);
        }
        stream.write_all(&message)
    }
}

/// The path in a URL as one that stays below its folder, or nothing if it would not or cannot be read.
fn relative_path(url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?;
    let decoded = percent_decode(path)?;
    let relative = PathBuf::from(decoded.trim_start_matches('/'));
    let stays = !decoded.contains(['\\', '\0']) && relative.components().all(|c| matches!(c, Component::Normal(_)));
    stays.then_some(relative)
}

fn percent_decode(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut decoded = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        if byte != b'%' {
            decoded.push(byte);
            continue;
        }
        let mut digit = || bytes.next().and_then(|d| char::from(d).to_digit(16));
        let (high, low) = (digit()?, digit()?);
        decoded.push((high * 16 + low) as u8);
    }
    String::from_utf8(decoded).ok()
}

fn mime(file: &Path) -> &'static str {
    match file.extension().and_then(|extension| extension.to_str()).unwrap_or_default() {
        "html" => "text/html; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "css" => "text/css; charset=utf-8",
        "wasm" => "application/wasm",
        "json" => "application/json",
        "svg" => "image/svg+xml",
        "png" => "image/png",
        "ico" => "image/x-icon",
        "woff2" => "font/woff2",
        "webmanifest" => "application/manifest+json",
        "txt" | "md" => "text/plain; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(url: &str, expect: Option<&str>) {
        assert_eq!(relative_path(url), expect.map(PathBuf::from), "{url}");
    }

    #[test]
    fn reads_paths_and_stays_in_the_folder() {
        check("/", Some(""));
        check("/a/b.wasm?x=1#y", Some("a/b.wasm"));
        check("/a%20b/%C3%A9.js", Some("a b/é.js"));
        check("//etc/passwd", Some("etc/passwd"));
        check("/../x", None);
        check("/a/%2e%2e/%2E%2E/x", None);
        check("/a%5c..%5cx", None);
        check("/%zz", None);
        check("/%4", None);
        check("/%ff", None);
        check("/a%00", None);
    }

    #[test]
    fn speaks_http_to_many_connections_at_once() {
        let server = Server::bind(0).unwrap();
        let address = server.address().unwrap();
        thread::spawn(move || server.run(|url| Reply::text(200, url)));
        let ask = |stream: &mut TcpStream, head: &str| {
            stream.write_all(head.as_bytes()).unwrap();
            let mut reader = BufReader::new(stream);
            let mut lines = String::new();
            while !lines.ends_with("\r\n\r\n") {
                assert!(reader.read_line(&mut lines).unwrap() > 0, "{lines}");
            }
            let length: usize =
                lines.split_once("Content-Length: ").unwrap().1.split_once('\r').unwrap().0.parse().unwrap();
            let bodiless = head.starts_with("HEAD") || lines.starts_with("HTTP/1.1 304");
            let mut body = vec![0; if bodiless { 0 } else { length }];
            reader.read_exact(&mut body).unwrap();
            (lines, String::from_utf8(body).unwrap())
        };
        // Idle connections, as a browser opens them, keep nobody waiting.
        let mut streams: Vec<_> = (0..20).map(|_| TcpStream::connect(address).unwrap()).collect();
        for stream in streams.iter_mut().rev() {
            let (head, body) = ask(stream, "GET /a?b HTTP/1.1\r\nHost: x\r\n\r\n");
            assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && body == "/a?b", "{head}{body}");
            let tag = head.split_once("ETag: ").unwrap().1.split_once('\r').unwrap().0;
            let (head, _) = ask(stream, &format!("GET /a?b HTTP/1.1\r\nIf-None-Match: {tag}\r\n\r\n"));
            assert!(head.starts_with("HTTP/1.1 304"), "{head}");
        }
        assert!(ask(&mut streams[0], "HEAD / HTTP/1.1\r\n\r\n").0.contains("Content-Length: 1\r\n"));
        assert!(ask(&mut streams[0], "PUT / HTTP/1.1\r\n\r\n").0.starts_with("HTTP/1.1 405"));
    }

    #[test]
    fn answers_with_the_files_of_this_crate() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(reply(folder, "/src/lib.rs?v=2").status, 200);
        assert_eq!(reply(folder, "/src/../Cargo.toml").status, 400);
        assert_eq!(reply(folder, "/no-such-file").status, 404);
        assert_eq!(reply(&folder.join("src"), "/").status, 404);
        assert_eq!(mime(Path::new("x/engine-cpu_bg.wasm")), "application/wasm");
    }
}
