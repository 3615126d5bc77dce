//! The cold-load builder: from compiled functions and data to a load band.

pub mod band;
pub mod disk;
pub mod image;
pub mod microcode;
