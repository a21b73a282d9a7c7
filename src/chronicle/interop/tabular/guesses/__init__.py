"""What the cells of a sample of a table tell about it: its form, its columns, and who is told of."""
