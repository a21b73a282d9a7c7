"""The commands that ask: timeline, as-of, why, diff, conflicts, check."""
