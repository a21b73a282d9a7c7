"""Many records at a time: those that are alike are read together, and any other as it would be alone."""
