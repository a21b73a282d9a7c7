"""The report: a history as one file of HTML, with the day and the knowledge to choose in it.

``Report`` is made of a history, and gives the page. Whoever serves pages makes the same report of a store.
"""

from chronicle.render.report.material import Report, report_of

__all__ = ["Report", "report_of"]
