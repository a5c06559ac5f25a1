//! The native tool: trains the shipped models with the same session code that trains in the page, and measures them.

pub mod choice;
pub mod evaluate;
pub mod family;
pub mod recipe;
pub mod shelf;
pub mod training;
