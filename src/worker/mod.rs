//! The engine in its dedicated Web Worker: messages in, turns of the session, messages out.
//!
//! On the wire a message is a JavaScript array: the head as JSON, then its buffers, which are moved and not copied.
//! Before the first message the worker says `ready`; when it panics it says `panic: …` and is of no more use.

pub mod device;
pub mod host;
