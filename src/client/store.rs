//! Runs in the browser's own storage (IndexedDB), so that a reload loses nothing; and the pictures that they learn from,
//! see [`sets`].
//!
//! A run's log lies as JSON under its key, and each of its moments, spec and bytes, under `key/step`. A write is whole or
//! not at all, and what cannot be read is left where it is.

mod sets;

use std::rc::Rc;

use idb::event::VersionChangeEvent;
use idb::{
    Database, DatabaseEvent, Error, Factory, KeyRange, ObjectStoreParams, Query, Transaction, TransactionMode,
    TransactionResult,
};
use js_sys::{Array, Uint8Array};
use wasm_bindgen::{JsCast, JsValue};

use crate::state::album::{Album, Moment};
use crate::state::pictures::Shared;
use crate::state::run::Log;
use crate::state::storage::Trouble;

const NAME: &str = "latentscape";
/// Rises when there is a store more; what is in those of before stays as it is.
const VERSION: u32 = 2;
const LOGS: &str = "logs";
const MOMENTS: &str = "moments";
/// What is known of a visitor's sets of pictures, and their bytes, under their prints. Since version 2.
const SETS: &str = "sets";
const PICTURES: &str = "pictures";

/// Why something could not be kept, or read.
#[derive(Debug)]
pub enum StoreError {
    /// There is no room, or none that may be used.
    Full,
    /// It was written by a version of the page that knows more.
    Newer,
    /// The storage was closed meanwhile.
    Closed,
    /// Written by another version of the page, or broken.
    Unreadable,
    /// Anything else, for the console.
    Failed(String),
}

impl From<Error> for StoreError {
    fn from(error: Error) -> Self {
        let words = error.to_string();
        let about = |name: &str| words.contains(name);
        match () {
            () if about("QuotaExceeded") => Self::Full,
            () if about("VersionError") => Self::Newer,
            () if about("InvalidStateError") || about("AbortError") => Self::Closed,
            () => Self::Failed(words),
        }
    }
}

impl From<serde_json::Error> for StoreError {
    fn from(error: serde_json::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What was kept.
#[derive(Clone)]
pub struct Store {
    database: Rc<Database>,
}

impl Store {
    /// Opens it; `hear` is told when it has to wait for another window, and when it is gone while the page is open.
    ///
    /// # Errors
    /// `Newer`; `Full` or `Failed` where the browser has no storage or denies it.
    pub async fn open(hear: impl Fn(Trouble) + Clone + 'static) -> Result<Self, StoreError> {
        let mut request = Factory::new()?.open(NAME, Some(VERSION))?;
        request.on_upgrade_needed(|event| {
            // A store that is there already is an error, and as it should be.
            if let Ok(database) = event.database() {
                for name in [LOGS, MOMENTS, SETS, PICTURES] {
                    database.create_object_store(name, ObjectStoreParams::new()).ok();
                }
            }
        });
        let wait = hear.clone();
        request.on_blocked(move |_| wait(Trouble::Waiting));
        let mut database = request.await?;
        let cleared = hear.clone();
        database.on_close(move |_| cleared(Trouble::Cleared));
        database.on_version_change(move |event| {
            // Whoever wants it otherwise would wait for this window.
            if let Some(database) = event.target().and_then(|target| Database::try_from(target).ok()) {
                database.close();
            }
            let wanted = VersionChangeEvent::try_from(JsValue::from(event)).and_then(|event| event.new_version());
            hear(if matches!(wanted, Ok(None)) { Trouble::Cleared } else { Trouble::Taken });
        });
        Ok(Self { database: Rc::new(database) })
    }

    /// Writes a run's log, and of its moments those that are not there yet; takes away those that it has no more.
    ///
    /// # Errors
    /// `Full`, `Closed`, `Failed`; what was there before stays as it was.
    pub async fn keep(&self, log: &Log, album: &Album) -> Result<(), StoreError> {
        let words = log.to_json()?;
        self.write(&[LOGS, MOMENTS], async |transaction| {
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
            Ok(())
        })
        .await
    }

    /// Writes a run's log and lets its moments be.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub async fn note(&self, log: &Log) -> Result<(), StoreError> {
        let words = log.to_json()?;
        self.write(&[LOGS], async |transaction| {
            let logs = transaction.object_store(LOGS)?;
            logs.put(&JsValue::from_str(&words), Some(&log.key.into()))?.await?;
            Ok(())
        })
        .await
    }

    /// # Errors
    /// `Closed`, `Failed`.
    pub async fn throw_away(&self, key: u32) -> Result<(), StoreError> {
        self.write(&[LOGS, MOMENTS], async |transaction| {
            transaction.object_store(LOGS)?.delete(Query::Key(key.into()))?.await?;
            transaction.object_store(MOMENTS)?.delete(of(key)?)?.await?;
            Ok(())
        })
        .await
    }

    /// What is known of all runs but their moments, the last first, and whether there was one that could not be read.
    ///
    /// # Errors
    /// `Closed`, `Failed`.
    pub async fn logs(&self) -> Result<(Vec<Log>, bool), StoreError> {
        let transaction = self.database.transaction(&[LOGS], TransactionMode::ReadOnly)?;
        let written = transaction.object_store(LOGS)?.get_all(None, None)?.await?;
        let read = |log: &JsValue| log.as_string().and_then(|words| serde_json::from_str::<Log>(&words).ok());
        let mut logs: Vec<Log> = written.iter().filter_map(read).collect();
        logs.sort_by_key(|log| std::cmp::Reverse(log.key));
        let broken = logs.len() < written.len();
        // Of version 1 it is not known when; keys go by the clock.
        logs.iter_mut().filter(|log| log.kept == 0).for_each(|log| log.kept = u64::from(log.key));
        Ok((logs, broken))
    }

    /// Bytes of a run's moments, read one after another.
    ///
    /// # Errors
    /// `Closed`, `Failed`.
    pub async fn size(&self, key: u32) -> Result<u64, StoreError> {
        let transaction = self.database.transaction(&[MOMENTS], TransactionMode::ReadOnly)?;
        let moments = transaction.object_store(MOMENTS)?;
        let mut size = 0;
        for name in moments.get_all_keys(Some(of(key)?), None)?.await? {
            let moment = moments.get(Query::Key(name))?.await?;
            let parts = moment.and_then(|moment| moment.dyn_into::<Array>().ok());
            let bytes = parts.and_then(|parts| parts.get(2).dyn_into::<Uint8Array>().ok());
            size += bytes.map_or(0, |bytes| u64::from(bytes.length()));
        }
        Ok(size)
    }

    /// The moments of a run, and whether there was one that could not be read.
    ///
    /// # Errors
    /// `Closed`, `Failed`.
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

    /// Does all of the work in one transaction, or, where something of it fails, nothing.
    async fn write<T>(
        &self,
        stores: &[&str],
        work: impl AsyncFnOnce(&Transaction) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let transaction = self.database.transaction(stores, TransactionMode::ReadWrite)?;
        match work(&transaction).await {
            Ok(done) => {
                commit(transaction).await?;
                Ok(done)
            }
            Err(why) => {
                // It may be aborted already.
                transaction.abort().ok();
                Err(why)
            }
        }
    }
}

async fn commit(transaction: Transaction) -> Result<(), StoreError> {
    let handle = JsValue::from(transaction.commit()?);
    match Transaction::try_from(handle.clone())?.await? {
        TransactionResult::Committed => Ok(()),
        TransactionResult::Aborted => match Transaction::try_from(handle)?.error() {
            Some(why) => Err(Error::DomException(why).into()),
            None => Err(StoreError::Failed("aborted".to_owned())),
        },
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
    let spec = serde_json::to_string(&moment.spec)?;
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
