"""The commands that state something: record, import, correct, retract."""
