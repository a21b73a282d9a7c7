"""The tasks of a replay into a folder, done by Spark on many machines: what worker processes do otherwise."""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

from chronicle.errors import ChronicleError, Problem, StoreError, UsageError, not_installed, printable
from chronicle.ledgers.partitions.workers import Run

_ROUNDS: Final = 4
"""How many tasks each core is given at a time, so that memory is bounded and no core waits long."""

_MASTER: Final = re.compile(
    r"local|local\[(\d+|\*)(, *\d+)?\]|local-cluster\[\d+, *\d+, *\d+\]|spark://\S+|k8s://\S+|yarn"
)
_NAME_ONE: Final = "name local[2] for two threads of this computer, or the spark:// address of a cluster"

# Spark tells its whole life on stderr otherwise.
_QUIET: Final = """\
status = error
rootLogger.level = error
rootLogger.appenderRef.stderr.ref = stderr
logger.context.name = org.apache.spark.SparkContext
logger.context.level = off
appender.stderr.type = Console
appender.stderr.name = stderr
appender.stderr.target = SYSTEM_ERR
appender.stderr.layout.type = PatternLayout
appender.stderr.layout.pattern = %d{HH:mm:ss} %p %c{1}: %m%n
"""


@contextmanager
def running(master: str) -> Iterator[Run]:
    """What calls functions on the machines of a ``master`` of Spark, such as ``local[2]``.

    A task whose machine is lost is done again by Spark on another one. Raises ``UsageError`` without pyspark
    (C740), and without Java or for a master that Spark does not take (C535).
    """
    with _context(master) as context:
        yield partial(_by_spark, context, master)


def _by_spark(context: Any, master: str, tasks: Iterable[Callable[[], Any]]) -> Iterator[Any]:
    waiting = iter(tasks)
    while some := list(islice(waiting, context.defaultParallelism * _ROUNDS)):
        try:
            done = context.parallelize(some, len(some)).map(_call).collect()
        except Exception as error:
            raise _given_up(master, error) from None
        for result in done:
            if isinstance(result, ChronicleError):
                raise result
            yield result


def _call(task: Callable[[], Any]) -> Any:
    # Spark would do a task again that fails, and then tell only the text of what failed.
    try:
        return task()
    except ChronicleError as error:
        return error


@contextmanager
def _context(master: str) -> Iterator[Any]:
    """Spark on these machines, which is left when it is done."""
    if not _MASTER.fullmatch(master):
        message = f'"{printable(master)}" is no master of Spark'
        raise UsageError(Problem("C535", message, help=_NAME_ONE))
    try:
        from pyspark import SparkConf, SparkContext
    except ImportError:
        raise not_installed("pyspark", "on which a replay runs", "spark") from None
    if _java() is None:
        message = "Spark needs Java, and there is none: no java on the PATH, and no JAVA_HOME"
        raise UsageError(Problem("C535", message, help="install Java 17 or later, or set JAVA_HOME"))
    with TemporaryDirectory(prefix="chronicle-spark-") as folder:
        quiet = Path(folder) / "log4j2.properties"
        quiet.write_text(_QUIET)
        conf = SparkConf().setMaster(master).setAppName("chronicle replay")
        conf.setAll(
            [
                ("spark.ui.enabled", "false"),
                ("spark.ui.showConsoleProgress", "false"),
                ("spark.driver.extraJavaOptions", f"-Dlog4j2.configurationFile={quiet}"),
            ]
        )
        if master.startswith("local"):
            # On this computer the workers are to find what is found here.
            os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
            os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1")
            conf.set("spark.executorEnv.PYTHONPATH", os.pathsep.join(filter(None, sys.path)))
        try:
            context = SparkContext(conf=conf)
        except Exception as error:
            raise _no_master(master, error) from None
        try:
            yield context
        finally:
            # After a lost connection there is nothing to stop.
            with suppress(Exception):
                context.stop()


def _java() -> str | None:
    home = os.environ.get("JAVA_HOME")
    return shutil.which("java", path=str(Path(home) / "bin") if home else None)


def _no_master(master: str, error: Exception) -> UsageError:
    java = getattr(error, "java_exception", None)
    why = str(error if java is None else java.getMessage()).strip().splitlines()
    message = (
        f'Spark does not start with the master "{printable(master)}": {printable(why[0] if why else "")}'
    )
    return UsageError(Problem("C535", message, help=_NAME_ONE))


def _given_up(master: str, error: Exception) -> StoreError:
    """The error (C535) for tasks that Spark could not get done; what was done is kept."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    missing = next((line for line in lines if "No module named" in line), None)
    if missing is not None:
        why = f"a worker says {missing.partition('Error: ')[2] or missing}"
        help = "install chronicle-timeline[spark] on each of the machines"
    else:
        why = next((line for line in lines if "aborted" in line), lines[-1]).partition("SparkException: ")[2]
        help = "run the same again, and it goes on where it was"
    message = f'Spark on "{printable(master)}" has given up: {printable(why[:300])}'
    return StoreError(Problem("C535", message, help=help))
