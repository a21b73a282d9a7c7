"""What was replayed of events behind a ledger on disk: a second file beside it, the supplement.

It has the cells that these events changed, which cells are gone, and what the events share. With it a process
replays nothing that another one has replayed. It goes with one ledger, and is written anew as a whole.
"""
