"""``chronicle verify``: prove that a store is as it was recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import click
from attrs import frozen

from chronicle.errors import ChronicleError, Damaged, Problem, printable

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chronicle.ledgers.keeping import NotUsed
    from chronicle.stores import Store, Verification
    from chronicle.stores.seals import Seal

_EPILOG = """\
\b
Examples:
  chronicle verify corp.db
  chronicle verify corp.db --seal corp.seal --signed-by public.pem
"""


@click.command(epilog=_EPILOG)
@click.argument("store", type=click.Path())
@click.option(
    "--seal",
    "files",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Verify that nothing before this seal has changed; may be repeated.",
)
@click.option(
    "--signed-by",
    "key",
    type=click.Path(path_type=Path),
    metavar="KEY",
    help="Verify that the seals were signed with this key: an Ed25519 public key in PEM.",
)
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def verify(store: str, *, files: tuple[Path, ...], key: Path | None, as_json: bool) -> None:
    """Read all of STORE and verify that no record was changed, lost, added or moved.

    Prints the head: position and chain hash of the last record. `chronicle seal` keeps it in a file; with
    --seal, that proves later that nobody rewrote the whole store. The ledger beside the store, if there is
    one that fits, is compared with a full replay. Damage is named and never repaired, and the exit code is 4;
    it is 1 where all is intact but the file of the ledger, which can be made anew.
    """
    from chronicle.cli.progress import waiting
    from chronicle.stores import open_store

    if key is not None and not files:
        raise click.UsageError("--signed-by needs the seal that is signed: --seal FILE")
    # Seals are checked before the store is read, which may take long.
    seals = _seals(files, key)
    with open_store(store, read_only=True) as opened:
        with waiting("verifying") as progress:
            result = opened.verify(progress)
        checked = [_checked(file, seal, opened, key) for file, seal in seals] if result.intact else []
        ledgers = _ledgers(opened) if result.intact else []
    broken = (*result.problems, *(problem for each in checked for problem in each.problems))
    problems = (*broken, *(problem for each in ledgers for problem in each.problems))
    if as_json:
        _print_json(result, checked, ledgers, problems)
        click.get_current_context().exit(_exit_code(problems))
    if not broken:
        # What is known of the records stands whatever is wrong with a ledger.
        noun = "record" if result.records == 1 else "records"
        click.echo(f"{result.records:,} {noun} intact; head {result.head.position} {result.head.chain}")
        fine = (each for each in ledgers if not each.problems)
        for line in (*(each.told() for each in checked), *(each.told() for each in fine)):
            click.echo(line)
    if problems:
        raise Damaged(*problems) if _exit_code(problems) == Damaged.exit_code else ChronicleError(*problems)


def _exit_code(problems: tuple[Problem, ...]) -> int:
    """0 without problems, and that of findings where only files of ledgers were changed."""
    if all(problem.code == _CHANGED for problem in problems):
        return ChronicleError.exit_code if problems else 0
    return Damaged.exit_code


_CHANGED: Final = "C524"


@frozen
class _LedgerVerified:
    """A ledger of the store, or its supplement: compared with a full replay, or why it was not."""

    what: str
    file: str
    rows: int | None = None
    why: str | None = None
    problems: tuple[Problem, ...] = ()

    def told(self) -> str:
        """What is known of it, in words."""
        known = f"not compared: {self.why}"
        if self.rows is not None:
            known = f"{self.rows:,} rows, as a replay makes them"
        return f'{self.what} "{printable(self.file)}": {known}'

    def data(self) -> dict[str, Any]:
        """The same as JSON data; ``rows`` is null where they were not compared."""
        return {"file": self.file, "rows": self.rows, "why": self.why}


def _ledgers(store: Store) -> list[_LedgerVerified]:
    """The ledger that fits, compared, with its supplement, and those before them, of which none is used."""
    from chronicle.engine.projectors import PROJECTORS
    from chronicle.ledgers.keeping import LedgerKeeper
    from chronicle.ledgers.supplements.opening import examined

    keeper = LedgerKeeper(store, PROJECTORS, lambda _: None)
    kept, others = keeper.examined(whole=True)
    found = [_unused("ledger", other) for other in others]
    if kept is None:
        return found
    _, others = examined(keeper, kept)
    found += [_unused("supplement", other) for other in others]
    return [*found, *_held_against_replay(store, kept.path)]


def _unused(what: str, file: NotUsed) -> _LedgerVerified:
    path, why = str(file.path), file.why
    if not file.is_changed:
        return _LedgerVerified(what, path, why=why)
    message = f'{what} "{printable(path)}" is not as it was written: {why}'
    help = "the records are intact; make it anew: chronicle ledger STORE"
    return _LedgerVerified(what, path, why=why, problems=(Problem(_CHANGED, message, help=help),))


def _held_against_replay(store: Store, path: str) -> Iterator[_LedgerVerified]:
    """A ledger that was found to be as it was written, and its supplement, compared with a full replay."""
    from chronicle.cli.progress import waiting
    from chronicle.history import History

    history = History.from_store(store, workers=1)
    with waiting("replaying"):
        kept, faults = history.proven_ledger(), history.ledger_faults()
    if kept is None or kept.path != path:
        yield _LedgerVerified("ledger", path, why="it was replaced meanwhile")
        return
    yield _compared("ledger", path, kept.rows, faults)
    more = history.ledger_supplement
    if more is not None and not faults:
        with waiting("replaying"):
            faults = history.supplement_faults()
        yield _compared("supplement", more.path, more.rows, faults)


def _compared(what: str, path: str, rows: int, faults: tuple[str, ...]) -> _LedgerVerified:
    if not faults:
        return _LedgerVerified(what, path, rows)
    message = f'{what} "{printable(path)}" says something else than the events: {", ".join(faults)}'
    help = "drop it: chronicle ledger STORE --drop"
    return _LedgerVerified(what, path, rows, problems=(Problem("C523", message, help=help),))


@frozen
class _Checked:
    """A seal compared with the store: how many records were added since, or its problems."""

    file: Path
    seal: Seal
    key: Path | None
    added: int | None = None
    problems: tuple[Problem, ...] = ()

    def told(self) -> str:
        """What the seal proves, in words."""
        day = self.seal.sealed_at[:10]
        name = printable(str(self.file))
        place = f'seal "{name}": sealed at position {self.seal.position} on {day}'
        return f"{place}; {self._more()} added since; {self._by()}"

    def _more(self) -> str:
        if not self.added:
            return "nothing was"
        return "1 record was" if self.added == 1 else f"{self.added:,} records were"

    def _by(self) -> str:
        if self.key is not None:
            return f'signed with the key of "{printable(str(self.key))}"'
        if self.seal.signature:
            return "signature not checked (--signed-by KEY), so who sealed it is not proven"
        return "not signed"

    def data(self) -> dict[str, Any]:
        """The same as JSON data."""
        signed = "valid" if self.key is not None else "unchecked" if self.seal.signature else "none"
        return {
            "file": str(self.file),
            "position": self.seal.position,
            "sealed_at": self.seal.sealed_at,
            "signature": signed,
            "added": self.added,
        }


def _seals(files: tuple[Path, ...], key: Path | None) -> list[tuple[Path, Seal]]:
    """The seals in the files, with their signatures checked when a key is given."""
    from chronicle.stores import seals

    public = None if key is None else seals.public_key(key)
    found = [(file, seals.read_seal(file)) for file in files]
    if public is not None:
        for file, seal in found:
            seals.check_signature(seal, public, str(file))
    return found


def _checked(file: Path, seal: Seal, store: Store, key: Path | None) -> _Checked:
    from chronicle.stores.seals import check

    try:
        return _Checked(file, seal, key, check(seal, store, str(file)))
    except Damaged as damage:
        return _Checked(file, seal, key, problems=damage.problems)


def _print_json(
    result: Verification,
    checked: list[_Checked],
    ledgers: list[_LedgerVerified],
    problems: tuple[Problem, ...],
) -> None:
    from chronicle.render.pages.problems import Findings

    answer = {
        "records": result.records,
        "position": result.head.position,
        "chain": result.head.chain,
        "seals": [each.data() for each in checked],
        # The last is the one that answers, if any does.
        **{each.what: each.data() for each in ledgers},
        **Findings(problems).data(),
    }
    click.echo(json.dumps(answer, indent=2))
