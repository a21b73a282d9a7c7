"""Ledgers on disk: the spans of a replay, written to a file once, which answers as soon as it is opened.

Events have no second meaning here: the rows of a file are what replay made, and a file is read as a
``Ledger`` like any other. A file is never trusted: it says what it was made from, and each page is verified
by its hash when it is first read; if either does not fit, it is made again.
"""
