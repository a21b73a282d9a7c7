"""The words of pages: days, names, sentences, marks."""
