//! The cold-load builder.
