"""The report: a history as one file of HTML, with the day and the knowledge to choose in it.

``report_of`` makes one of a history, and its ``html`` is the page. A server makes the same of a store.
"""

from chronicle.render.report.material import Report, report_of

__all__ = ["Report", "report_of"]
