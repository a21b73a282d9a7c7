"""The ledger on disk made in sections: each of whole parts of the history, by a process of its own."""
