//! Runs in the browser's own storage (IndexedDB), so that a reload loses nothing.
//!
//! Two stores: a run's log as JSON under its key, and each of its moments, spec and bytes, under `key/step`. What cannot be
//! read is left where it is.

use idb::{Database, DatabaseEvent, Error, Factory, KeyRange, ObjectStoreParams, Query, TransactionMode};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::state::album::{Album, Moment};
use crate::state::pictures::Shared;
use crate::state::run::Log;

const NAME: &str = "latentscape";
/// Rises when what is written is no longer what older pages read.
const VERSION: u32 = 1;
const LOGS: &str = "logs";
const MOMENTS: &str = "moments";

/// Why a run could not be kept, or read.
#[derive(Debug)]
pub enum StoreError {
    /// There is no room, or none that may be used.
    Full,
    /// Written by another version of the page, or broken.
    Unreadable,
    /// Anything else, for the console.
    Failed(String),
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let words = error.to_string();
        if words.contains("QuotaExceeded") { Self::Full } else { Self::Failed(words) }
    }
}

/// The runs that were kept.
#[derive(Clone)]
pub struct Store {
    database: std::rc::Rc<Database>,
}

impl Store {
    /// # Errors
    /// `Failed` where the browser has no storage or denies it.
    pub async fn open() -> Result<Self, StoreError> {
        let mut request = Factory::new()?.open(NAME, Some(VERSION))?;
        request.on_upgrade_needed(|event| {
            // A store that is there already is an error, and as it should be.
            if let Ok(database) = event.database() {
                for name in [LOGS, MOMENTS] {
                    database.create_object_store(name, ObjectStoreParams::new()).ok();
                }
            }
        });
        Ok(Self { database: std::rc::Rc::new(request.await?) })
    }

    /// Writes a run's log, and of its moments those that are not there yet; takes away those that it has no more.
    ///
    /// # Errors
    /// `Full`, `Failed`; what was there before stays readable.
    pub async fn keep(&self, log: &Log, album: &Album) -> Result<(), StoreError> {
        let words = serde_json::to_string(log).map_err(|why| StoreError::Failed(why.to_string()))?;
        let transaction = self.database.transaction(&[LOGS, MOMENTS], TransactionMode::ReadWrite)?;
        let logs = transaction.object_store(LOGS)?;
        logs.put(&JsValue::from_str(&words), Some(&log.key.into()))?.await?;
        let moments = transaction.object_store(MOMENTS)?;
        let known = moments.get_all_keys(Some(of(log.key)?), None)?.await?;
        let known: Vec<String> = known.iter().filter_map(JsValue::as_string).collect();
        let wanted: Vec<(String, &Moment)> =
            album.moments().iter().map(|moment| (name(log.key, moment.step), moment)).collect();
        for (name, moment) in wanted.iter().filter(|(name, _)| !known.contains(name)) {
            moments.put(&packed(moment)?, Some(&JsValue::from_str(name)))?.await?;
        }
        for name in known.iter().filter(|name| wanted.iter().all(|(wanted, _)| wanted != *name)) {
            moments.delete(Query::Key(JsValue::from_str(name)))?.await?;
        }
        transaction.commit()?.await?;
        Ok(())
    }

    /// # Errors
    /// `Failed`.
    pub async fn throw_away(&self, key: u32) -> Result<(), StoreError> {
        let transaction = self.database.transaction(&[LOGS, MOMENTS], TransactionMode::ReadWrite)?;
        transaction.object_store(LOGS)?.delete(Query::Key(key.into()))?.await?;
        transaction.object_store(MOMENTS)?.delete(of(key)?)?.await?;
        transaction.commit()?.await?;
        Ok(())
    }

    /// What is known of all runs but their moments, the last first, and whether there was one that could not be read.
    ///
    /// # Errors
    /// `Failed`.
    pub async fn logs(&self) -> Result<(Vec<Log>, bool), StoreError> {
        let transaction = self.database.transaction(&[LOGS], TransactionMode::ReadOnly)?;
        let written = transaction.object_store(LOGS)?.get_all(None, None)?.await?;
        let read = |log: &JsValue| log.as_string().and_then(|words| serde_json::from_str::<Log>(&words).ok());
        let mut logs: Vec<Log> = written.iter().filter_map(read).collect();
        logs.sort_by_key(|log| std::cmp::Reverse(log.key));
        let broken = logs.len() < written.len();
        Ok((logs, broken))
    }

    /// The moments of a run, and whether there was one that could not be read.
    ///
    /// # Errors
    /// `Failed`.
    pub async fn moments(&self, key: u32) -> Result<(Album, bool), StoreError> {
        let transaction = self.database.transaction(&[MOMENTS], TransactionMode::ReadOnly)?;
        let written = transaction.object_store(MOMENTS)?.get_all(Some(of(key)?), None)?.await?;
        let mut album = Album::default();
        let mut broken = false;
        for moment in &written {
            match unpacked(moment) {
                Ok(moment) => album.put(moment, Album::ROOM),
                Err(_) => broken = true,
            }
        }
        Ok((album, broken))
    }
}

fn name(key: u32, step: u32) -> String {
    format!("{key}/{step}")
}

/// The names of a run's moments: from `key/` to what comes after all that begins so.
fn of(key: u32) -> Result<Query, StoreError> {
    let ends = [format!("{key}/"), format!("{key}0")].map(|end| JsValue::from_str(&end));
    Ok(Query::KeyRange(KeyRange::bound(&ends[0], &ends[1], None, Some(true))?))
}

/// [spec as JSON, step, bytes].
fn packed(moment: &Moment) -> Result<JsValue, StoreError> {
    let spec = serde_json::to_string(&moment.spec).map_err(|why| StoreError::Failed(why.to_string()))?;
    Ok(Array::of3(&spec.into(), &moment.step.into(), &Uint8Array::from(&moment.bytes[..])).into())
}

fn unpacked(value: &JsValue) -> Result<Moment, StoreError> {
    let parts: &Array = value.dyn_ref().ok_or(StoreError::Unreadable)?;
    let spec = parts.get(0).as_string().and_then(|words| serde_json::from_str(&words).ok());
    let step = parts.get(1).as_f64().map(|step| step as u32);
    let bytes = parts.get(2).dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec());
    match (spec, step, bytes) {
        (Some(spec), Some(step), Some(bytes)) => Ok(Moment { spec, step, bytes: Shared::new(bytes) }),
        _ => Err(StoreError::Unreadable),
    }
}
