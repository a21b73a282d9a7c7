"""Commands for exports and stores."""
