"""The one way from events to answers: what was known, in which order, and what replay makes of it."""
