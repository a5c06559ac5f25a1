//! A visitor's pictures in the browser's storage: a head in JSON under the set's print, and its bytes under the same in a
//! store of their own, which are only read when they are wanted.

use idb::{Query, TransactionMode};
use js_sys::{Array, Uint8Array};
use serde::{Deserialize, Serialize};
use wasm_bindgen::{JsCast, JsValue};

use super::{PICTURES, SETS, Store, StoreError};
use crate::data::own::Own;
use crate::data::own_head::OwnHead;
use crate::state::storage::{Set, print_of, unneeded};

#[derive(Serialize, Deserialize)]
struct Written {
    print: u32,
    bytes: usize,
    brought: u64,
    head: OwnHead,
}

impl Store {
    /// Writes a set of pictures, if it is not there yet; which one it is.
    ///
    /// # Errors
    /// `Full`, `Closed`, `Failed`; what was there before stays as it was.
    pub async fn keep_set(&self, own: &Own) -> Result<Set, StoreError> {
        let print = print_of(own.spec()).ok_or(StoreError::Unreadable)?;
        let bytes = own.buffers().iter().map(|buffer| buffer.len()).sum();
        let set = Set { print, bytes, brought: js_sys::Date::now() as u64 };
        let written = Written { print, bytes, brought: set.brought, head: OwnHead::of(own) };
        let words = serde_json::to_string(&written)?;
        self.write(&[SETS, PICTURES], async |transaction| {
            let key = JsValue::from(print);
            let pictures = transaction.object_store(PICTURES)?;
            if pictures.get_key(Query::Key(key.clone()))?.await?.is_none() {
                let buffers: Array = own.buffers().into_iter().map(Uint8Array::from).collect();
                pictures.put(&buffers, Some(&key))?.await?;
            }
            transaction.object_store(SETS)?.put(&JsValue::from_str(&words), Some(&key))?.await?;
            Ok(())
        })
        .await?;
        Ok(set)
    }

    /// What is known of all sets.
    ///
    /// # Errors
    /// `Closed`, `Failed`.
    pub async fn sets(&self) -> Result<Vec<Set>, StoreError> {
        let transaction = self.database.transaction(&[SETS], TransactionMode::ReadOnly)?;
        let written = transaction.object_store(SETS)?.get_all(None, None)?.await?;
        let read = |words: &JsValue| serde_json::from_str::<Written>(&words.as_string()?).ok();
        let set = |Written { print, bytes, brought, .. }: Written| Set { print, bytes, brought };
        Ok(written.iter().filter_map(read).map(set).collect())
    }

    /// The pictures with this print; nothing where there are none.
    ///
    /// # Errors
    /// `Unreadable` for what is not the set that it says it is; `Closed`, `Failed`.
    pub async fn set(&self, print: u32) -> Result<Option<Own>, StoreError> {
        let transaction = self.database.transaction(&[SETS, PICTURES], TransactionMode::ReadOnly)?;
        let key = || Query::Key(print.into());
        let words = transaction.object_store(SETS)?.get(key())?.await?;
        let pictures = transaction.object_store(PICTURES)?.get(key())?.await?;
        let (Some(words), Some(pictures)) = (words, pictures) else { return Ok(None) };
        let written = words.as_string().and_then(|words| serde_json::from_str::<Written>(&words).ok());
        let parts = pictures.dyn_into::<Array>().ok();
        let (Some(written), Some(parts)) = (written, parts) else { return Err(StoreError::Unreadable) };
        let buffer = |part: JsValue| part.dyn_into::<Uint8Array>().ok().map(|bytes| bytes.to_vec());
        let buffers = parts.iter().filter_map(buffer).collect();
        let own = written.head.own(buffers).map_err(|_| StoreError::Unreadable)?;
        if print_of(own.spec()) == Some(print) { Ok(Some(own)) } else { Err(StoreError::Unreadable) }
    }

    /// Takes away the sets that neither a run needs nor the page, `besides`, but for the last; those that stay.
    ///
    /// # Errors
    /// `Closed`, `Failed`.
    pub async fn clear_sets(&self, besides: Option<u32>) -> Result<Vec<Set>, StoreError> {
        let sets = self.sets().await?;
        // What a run that cannot be read needs is not known.
        let (runs, false) = self.logs().await? else { return Ok(sets) };
        let gone = unneeded(&sets, &runs, besides);
        if gone.is_empty() {
            return Ok(sets);
        }
        self.write(&[SETS, PICTURES], async |transaction| {
            for print in &gone {
                for name in [SETS, PICTURES] {
                    transaction.object_store(name)?.delete(Query::Key((*print).into()))?.await?;
                }
            }
            Ok(())
        })
        .await?;
        Ok(sets.into_iter().filter(|set| !gone.contains(&set.print)).collect())
    }
}
