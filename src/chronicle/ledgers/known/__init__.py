"""What a ledger on disk says of other days of knowledge: since when its rows were known, cut off."""
