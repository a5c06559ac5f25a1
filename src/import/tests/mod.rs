//! Files are made here, byte by byte, and read back.

mod good;
mod make;
mod ready;
mod real;
mod refused;
mod survives;
mod written;
