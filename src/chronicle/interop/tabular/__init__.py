"""Tables (CSV and workbooks) to events, by a mapping."""
