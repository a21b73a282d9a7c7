"""Words for what is shown: days, names, sentences, marks."""
