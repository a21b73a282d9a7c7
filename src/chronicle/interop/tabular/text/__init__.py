"""Tables of text: their lines, the rows of cells that these make, and the header."""
