//! A folder that goes with its test.

use std::{path::PathBuf, thread::sleep, time::Duration};

pub struct Folder(pub PathBuf);

impl Folder {
    pub fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("latentscape-{name}-{}", std::process::id()));
        std::fs::create_dir_all(&path).expect("a folder for files");
        Self(path)
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        // The last process of a browser that was ended may still be writing into it.
        for _ in 0..20 {
            if std::fs::remove_dir_all(&self.0).is_ok() {
                return;
            }
            sleep(Duration::from_millis(50));
        }
    }
}
