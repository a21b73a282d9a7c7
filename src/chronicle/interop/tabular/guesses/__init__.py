"""What the cells of a sample of a table tell: its form, what its columns mean, and what they name."""
