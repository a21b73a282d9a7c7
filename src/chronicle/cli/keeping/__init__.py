"""The commands that keep a store, and that let a history out."""
