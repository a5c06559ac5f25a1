//! A small static server for the own machine: right types, nothing cached without asking, nothing outside the folder.

use std::{
    fs,
    io::Write,
    net::{Ipv4Addr, SocketAddr},
    path::{Component, Path, PathBuf},
    sync::Arc,
    thread,
};

use tiny_http::{Method, Request, Server, StatusCode};

use super::{SiteError, assets::hash};

/// What to answer to one path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    pub status: u16,
    pub mime: &'static str,
    pub body: Vec<u8>,
}

/// Serves `folder` on this machine only, until the process ends. `ready` is called once it listens.
pub fn serve(folder: &Path, port: u16, ready: impl FnOnce(SocketAddr)) -> Result<(), SiteError> {
    let server = Server::http((Ipv4Addr::LOCALHOST, port)).map_err(|error| SiteError::Listen(error.to_string()))?;
    if let Some(address) = server.server_addr().to_ip() {
        ready(address);
    }
    let server = Arc::new(server);
    let workers: Vec<_> = (0..4)
        .map(|_| {
            let (server, folder) = (Arc::clone(&server), folder.to_owned());
            thread::spawn(move || {
                for request in server.incoming_requests() {
                    let reply = reply(&folder, request.url());
                    reply.send(request);
                }
            })
        })
        .collect();
    for worker in workers {
        // A worker ends only with the server.
        let _ = worker.join();
    }
    Ok(())
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

    /// Sends it; only a note that nothing has changed if the browser already has this very content.
    pub fn send(self, request: Request) {
        let tag = format!("\"{:016x}\"", hash(&self.body));
        let known = request.headers().iter().any(|h| h.field.equiv("If-None-Match") && h.value.as_str() == tag);
        let (status, body) = if self.status == 200 && known { (304, Vec::new()) } else { (self.status, self.body) };
        let reason = StatusCode(status).default_reason_phrase();
        let (mime, length) = (self.mime, body.len());
        // Closed each time: tiny_http serves a connection on a thread for as long as it is kept alive, and when several come
        // at once its pool may count one idle thread twice. The connection that draws the short straw then waits for as
        // long as the others are kept, and the page with it.
        let head = format!(
            "HTTP/1.1 {status} {reason}\r\nContent-Type: {mime}\r\nContent-Length: {length}\r\n\
             Cache-Control: no-cache\r\nETag: {tag}\r\nConnection: close\r\n\r\n"
        );
        let body = if *request.method() == Method::Head { &[][..] } else { &body };
        let mut writer = request.into_writer();
        // The browser may have gone away meanwhile, which is its right.
        let _ = writer.write_all(head.as_bytes()).and_then(|()| writer.write_all(body)).and_then(|()| writer.flush());
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
    fn answers_with_the_files_of_this_crate() {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"));
        assert_eq!(reply(folder, "/src/lib.rs?v=2").status, 200);
        assert_eq!(reply(folder, "/src/../Cargo.toml").status, 400);
        assert_eq!(reply(folder, "/no-such-file").status, 404);
        assert_eq!(reply(&folder.join("src"), "/").status, 404);
        assert_eq!(mime(Path::new("x/engine-cpu_bg.wasm")), "application/wasm");
    }
}
