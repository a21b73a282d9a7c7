"""Rows of a table made into records at once: by field, with what the same cells made before, and by rule."""
