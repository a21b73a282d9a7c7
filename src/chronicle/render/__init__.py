"""Answers for people and for programs, each in four forms.

Each answer is a small frozen class with ``data()`` (JSON), ``rows()`` (CSV), ``lines()`` (plain text, a fact
a line) and ``people(width)`` (a page for a terminal). ``forms.write`` prints any of them. The only package
that imports rich, and only when a page for people is printed.
"""
