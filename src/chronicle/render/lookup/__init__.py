"""Pages for who looks something up: the kinds of event, a search, one thing by its id."""
