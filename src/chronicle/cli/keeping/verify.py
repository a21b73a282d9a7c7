"""``chronicle verify``: prove that a store is as it was recorded."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from attrs import frozen

from chronicle.errors import Damaged, Problem, printable

if TYPE_CHECKING:
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
    one, is compared with a full replay. Damage is named and never repaired, and the exit code is 4.
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
        ledger = _held_against_replay(opened) if result.intact else None
    problems = (*result.problems, *(problem for each in checked for problem in each.problems))
    problems = (*problems, *(ledger.problems if ledger else ()))
    if as_json:
        _print_json(result, checked, ledger, problems)
        click.get_current_context().exit(Damaged.exit_code if problems else 0)
    if problems:
        raise Damaged(*problems)
    noun = "record" if result.records == 1 else "records"
    click.echo(f"{result.records:,} {noun} intact; head {result.head.position} {result.head.chain}")
    for each in checked:
        click.echo(each.told())
    if ledger:
        click.echo(f'ledger "{printable(ledger.file)}": {ledger.rows:,} rows, as a replay makes them')


@frozen
class _LedgerCompared:
    """The ledger beside the store, compared with a full replay of its events."""

    file: str
    rows: int
    problems: tuple[Problem, ...] = ()

    def data(self) -> dict[str, Any]:
        """The same as JSON data."""
        return {"file": self.file, "rows": self.rows}


def _held_against_replay(store: Store) -> _LedgerCompared | None:
    from chronicle.cli.exit import print_problems
    from chronicle.cli.progress import waiting
    from chronicle.engine.projectors import PROJECTORS
    from chronicle.history import History
    from chronicle.ledgers.keeping import LedgerKeeper

    notices: list[Problem] = []
    kept = LedgerKeeper(store, PROJECTORS, notices.append).opened(proven=True)
    print_problems(tuple(notices), color=False)
    if kept is None:
        return None
    history = History.from_store(store, workers=1)
    with waiting("replaying"):
        faults = history.ledger_faults()
    if not faults:
        return _LedgerCompared(kept.path, kept.rows)
    message = f'ledger "{printable(kept.path)}" says something else than the events: {", ".join(faults)}'
    help = "drop it: chronicle ledger STORE --drop"
    return _LedgerCompared(kept.path, kept.rows, (Problem("C523", message, help=help),))


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
    ledger: _LedgerCompared | None,
    problems: tuple[Problem, ...],
) -> None:
    from chronicle.render.pages.problems import Findings

    answer = {
        "records": result.records,
        "position": result.head.position,
        "chain": result.head.chain,
        "seals": [each.data() for each in checked],
        **({"ledger": ledger.data()} if ledger else {}),
        **Findings(problems).data(),
    }
    click.echo(json.dumps(answer, indent=2))
