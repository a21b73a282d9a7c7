"""Commands that state something: record, import, correct, retract."""
