"""What every test stands on: the same surroundings on every machine, and hypothesis without dice."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from postgresql_server import postgresql_url  # noqa: F401  # so that every test may ask for it

ROOT = Path(__file__).resolve().parent.parent

# A test that fails today must fail tomorrow, so examples are derived from the test and not from chance.
# HYPOTHESIS_PROFILE=wide looks further, with chance; nightly looks as far as there is time in a night.
settings.register_profile(
    "steady", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)
settings.register_profile("wide", max_examples=2_000, deadline=None, database=None, print_blob=True)
settings.register_profile("nightly", settings.get_profile("wide"), max_examples=50_000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "steady"))


@pytest.fixture(autouse=True)
def surroundings(monkeypatch: pytest.MonkeyPatch) -> None:
    """No setting of the person who runs the tests reaches them."""
    for name in (
        "CHRONICLE_SOURCE",
        "CLICOLOR",
        "CLICOLOR_FORCE",
        "COLUMNS",
        "FORCE_COLOR",
        "LINES",
        "NO_COLOR",
        "TTY_COMPATIBLE",
        "TTY_INTERACTIVE",
    ):
        monkeypatch.delenv(name, raising=False)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Run laws and slow tests without coverage, with which they take twice as long.

    They go over the same lines a hundred times. What they alone would reach wants an example of its own,
    which the coverage then counts.
    """
    for item in items:
        law = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
        if law or item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.no_cover)


@pytest.fixture(autouse=True)
def processes_of_tests_without_coverage(
    request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Count no lines of the processes either that such a test starts."""
    if request.node.get_closest_marker("no_cover"):
        monkeypatch.delenv("COVERAGE_PROCESS_CONFIG", raising=False)


SLOW = 2.0  # seconds


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Name the tests that took long and are not marked, so that `make quick` stays quick."""
    reports = [*terminalreporter.stats.get("passed", ()), *terminalreporter.stats.get("failed", ())]
    long = [report for report in reports if report.duration > SLOW and "slow" not in report.keywords]
    # One name for all examples of a test: it is marked as a whole.
    names = {report.nodeid.partition("[")[0]: report.duration for report in long}
    if names:
        terminalreporter.section(f"not marked as slow, and took more than {SLOW:g} s here")
        for name, seconds in sorted(names.items()):
            terminalreporter.write_line(f"{seconds:6.1f} s  {name}")


@pytest.fixture(scope="session")
def root() -> Path:
    """The root of the repository: events/, docs/ and pyproject.toml lie in it."""
    return ROOT
