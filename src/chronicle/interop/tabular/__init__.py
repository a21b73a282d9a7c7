"""Tables by mapping: cells, CSV and workbooks."""
