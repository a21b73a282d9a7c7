"""The pages: an answer in all its forms, and how it is printed for people."""
