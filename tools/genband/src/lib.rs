//! The cold-load builder: from the sources of the Lisp world to a load band.

pub mod band;
pub mod disk;
pub mod error;
pub mod image;
pub mod link;
pub mod microcode;
pub mod objects;
pub mod packages;
pub mod world;
