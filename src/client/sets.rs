//! Published sets in the browser's own storage (IndexedDB), in a database of their own: a file under `set/name`, and of a
//! set all four or none.

use std::rc::Rc;

use idb::{Database, DatabaseEvent, Factory, ObjectStoreParams, Query, TransactionMode};
use wasm_bindgen::{JsCast, JsValue};
use web_sys::File;

use super::store::StoreError;
use crate::data::published::{Published, PublishedFile};

const NAME: &str = "latentscape-sets";
const VERSION: u32 = 1;
const FILES: &str = "files";

#[derive(Clone)]
pub struct Sets {
    database: Rc<Database>,
}

impl Sets {
    /// # Errors
    /// `Failed` where the browser has no storage or denies it.
    pub async fn open() -> Result<Self, StoreError> {
        let mut request = Factory::new()?.open(NAME, Some(VERSION))?;
        request.on_upgrade_needed(|event| {
            if let Ok(database) = event.database() {
                database.create_object_store(FILES, ObjectStoreParams::new()).ok();
            }
        });
        Ok(Self { database: Rc::new(request.await?) })
    }

    /// Those that are here.
    ///
    /// # Errors
    /// `Failed`.
    pub async fn list(&self) -> Result<Vec<Published>, StoreError> {
        let transaction = self.database.transaction(&[FILES], TransactionMode::ReadOnly)?;
        let keys = transaction.object_store(FILES)?.get_all_keys(None, None)?.await?;
        let keys: Vec<String> = keys.iter().filter_map(JsValue::as_string).collect();
        let whole = |set: &Published| set.files().iter().all(|file| keys.contains(&key(*set, *file)));
        Ok(Published::ALL.into_iter().filter(whole).collect())
    }

    /// The files of a set; None unless all are here.
    ///
    /// # Errors
    /// `Failed`.
    pub async fn read(&self, set: Published) -> Result<Option<Vec<File>>, StoreError> {
        let transaction = self.database.transaction(&[FILES], TransactionMode::ReadOnly)?;
        let store = transaction.object_store(FILES)?;
        let mut files = Vec::new();
        for file in set.files() {
            let kept = store.get(Query::Key(key(set, file).into()))?.await?;
            match kept.and_then(|kept| kept.dyn_into::<File>().ok()) {
                Some(kept) => files.push(kept),
                None => return Ok(None),
            }
        }
        Ok(Some(files))
    }

    /// # Errors
    /// `Full`, `Failed`; then none of them is kept.
    pub async fn keep(&self, set: Published, files: &[File]) -> Result<(), StoreError> {
        let transaction = self.database.transaction(&[FILES], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(FILES)?;
        for (file, content) in set.files().into_iter().zip(files) {
            store.put(content, Some(&key(set, file).into()))?.await?;
        }
        transaction.commit()?.await?;
        Ok(())
    }

    /// # Errors
    /// `Failed`.
    pub async fn delete(&self, set: Published) -> Result<(), StoreError> {
        let transaction = self.database.transaction(&[FILES], TransactionMode::ReadWrite)?;
        let store = transaction.object_store(FILES)?;
        for file in set.files() {
            store.delete(Query::Key(key(set, file).into()))?.await?;
        }
        transaction.commit()?.await?;
        Ok(())
    }
}

fn key(set: Published, file: PublishedFile) -> String {
    format!("{}/{}", set.id(), file.name)
}
