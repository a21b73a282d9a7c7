"""Diagrams of who owns what on a day: the graph, and how Mermaid and Graphviz write it."""
