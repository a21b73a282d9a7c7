"""Pages from a history, for the user of this computer: ``chronicle serve``.

Nothing is written, nothing is remembered of who asks, and nothing but this room knows the libraries of the
web. Questions go to ``History``, answers come from ``render``: their JSON and CSV are those of the commands.
"""

from chronicle.web.served import Served

__all__ = ["Served"]
