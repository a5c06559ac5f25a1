//! Starts Chromium through its driver, with or without WebGPU.

use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    ops::Deref,
    process::{Child, Command, Stdio},
    time::Duration,
};

use thirtyfour::{ChromeCapabilities, ChromiumLikeCapabilities, DesiredCapabilities, LoggingPrefsLogLevel, WebDriver};

use super::folder::Folder;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Gpu {
    /// `navigator.gpu` gives no adapter.
    None,
    /// SwiftShader, which computes WebGPU on the CPU, slowly.
    Software,
}

/// How the browser is set up.
#[derive(Clone, Copy, Debug)]
pub struct Setup {
    pub gpu: Gpu,
    /// What the visitor's browser prefers, as in `Accept-Language`.
    pub language: &'static str,
}

impl Setup {
    pub const CPU: Self = Self { gpu: Gpu::None, language: "en-GB" };
    pub const WEBGPU: Self = Self { gpu: Gpu::Software, language: "en-GB" };
    pub const SPANISH: Self = Self { gpu: Gpu::None, language: "es-ES" };

    pub fn has_webgpu(self) -> bool {
        self.gpu == Gpu::Software
    }
}

/// A browser that ends with this value, even when a test fails.
pub struct Browser {
    driver: Option<WebDriver>,
    port: u16,
    process: Child,
    /// Where Chromium keeps its profile: chromedriver, stopped like this, would leave it.
    _folder: Folder,
}

impl Drop for Browser {
    fn drop(&mut self) {
        // Without waiting on the runtime, which may be the one that unwinds. Each of these fails only if the browser has
        // ended already.
        if let Some(driver) = self.driver.take() {
            let session = driver.session_id().to_string();
            let _ = driver.leak();
            let _ = end_session(self.port, &session);
        }
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn end_session(port: u16, session: &str) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    write!(stream, "DELETE /session/{session} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nConnection: close\r\n\r\n")?;
    stream.read(&mut [0; 64]).map(drop)
}

impl Browser {
    pub async fn start(setup: Setup) -> Self {
        let port = free_port();
        let folder = Folder::new(&port.to_string());
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .env("TMPDIR", &folder.0)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("chromedriver starts; ./dev test installs it");
        let mut browser = Self { driver: None, port, process, _folder: folder };
        let url = format!("http://127.0.0.1:{port}");
        let capabilities = capabilities(setup);
        let mut tries = 0;
        loop {
            match WebDriver::builder(&url, capabilities.clone())
                .request_timeout(Duration::from_secs(900))
                .connect()
                .await
            {
                Ok(driver) => {
                    driver.set_script_timeout(Duration::from_secs(880)).await.expect("a session takes timeouts");
                    browser.driver = Some(driver);
                    return browser;
                }
                Err(error) if tries == 100 => panic!("no session with Chromium: {error}"),
                Err(_) => tries += 1,
            }
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

impl Deref for Browser {
    type Target = WebDriver;

    fn deref(&self) -> &WebDriver {
        self.driver.as_ref().expect("a started browser has a session")
    }
}

fn capabilities(setup: Setup) -> ChromeCapabilities {
    let mut capabilities = DesiredCapabilities::chrome();
    let common = [
        "--headless=new",
        "--no-sandbox",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--hide-scrollbars",
        "--window-size=1280,900",
    ];
    let software_gpu = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader", "--enable-unsafe-swiftshader"];
    let gpu = if setup.gpu == Gpu::Software { &software_gpu[..] } else { &[] };
    for argument in common.iter().chain(gpu) {
        capabilities.add_arg(argument).expect("an argument");
    }
    capabilities.add_arg(&format!("--lang={}", setup.language)).expect("an argument");
    let preferences = serde_json::json!({ "intl.accept_languages": setup.language });
    capabilities.add_experimental_option("prefs", preferences).expect("preferences");
    capabilities.set_browser_log_level(LoggingPrefsLogLevel::All).expect("a log level");
    capabilities
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("an address").port()
}
