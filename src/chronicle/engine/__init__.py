"""The engine: from events to answers.

What was known, in which order it is replayed, and the state it gives.
"""
