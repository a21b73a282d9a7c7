"""Ledgers on disk: the spans of an ordinary replay, laid down once, answer in the time of opening a file.

No second account of what events mean: what lies in a file is what replay made, row by row, and what comes out
of it is a ``Ledger`` like any other. A file is never trusted. It says what it was made from, is proven by its
hashes when it is opened, and is made anew when either does not fit.
"""
