"""``chronicle seal``: write down where a store ends, to prove it later."""

from __future__ import annotations

import json
import os
import stat
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from chronicle.errors import Problem, UsageError, printable, reason_of

if TYPE_CHECKING:
    from chronicle.stores.seals import Seal

_EPILOG = """\
\b
Examples:
  chronicle seal corp.db -o corp.seal
  openssl genpkey -algorithm ed25519 -out key.pem
  chronicle seal corp.db -o corp.seal --sign key.pem
"""


@click.command(epilog=_EPILOG)
@click.argument("store", type=click.Path())
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Write the seal to this file; a file that is there already is kept.",
)
@click.option("--force", is_flag=True, help="Replace the seal that is in the file already.")
@click.option(
    "--sign",
    "key",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="KEY",
    help="Sign the seal with an Ed25519 private key in PEM. Needs the extra seal.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the seal as JSON, as a file has it.")
def seal(store: str, *, output: Path | None, force: bool, key: Path | None, as_json: bool) -> None:
    """Verify STORE and print its seal: the position and the chain hash of the last record.

    Keep the seal where those who write to the store cannot change it, or sign it. Later, `chronicle verify
    --seal FILE` proves that events were only added since.
    """
    from chronicle.cli.progress import waiting
    from chronicle.errors import Damaged
    from chronicle.stores import open_store, seals
    from chronicle.stores.record import utc_now

    if key is not None and output is None and not as_json:
        raise click.UsageError("--sign needs a place for the signature: -o FILE or --json")
    # Checked before the store is read, which may take long.
    if output is not None:
        _refuse_taken(output, force)
    private = None if key is None else seals.private_key(key, lambda: _passphrase(key))
    if key is not None:
        _warn_of_readers(key)
    with open_store(store, read_only=True) as opened, waiting("verifying") as progress:
        result = opened.verify(progress)
    if not result.intact:
        raise Damaged(*result.problems)
    made = seals.seal(result.head, utc_now())
    if private is not None:
        made = seals.sign(made, private)
    if output is not None:
        _write(made, output, force)
    if as_json:
        click.echo(json.dumps(made.data(), indent=2))
    else:
        click.echo(
            f"{'signed and ' if made.signature else ''}sealed at position {made.position} {made.chain}"
        )


def _refuse_taken(path: Path, force: bool) -> None:
    """Refuse to replace a file: a seal without ``--force``, and anything else always."""
    from chronicle.stores import seals

    if not os.path.lexists(path):
        return
    if not force:
        raise _taken(path)
    seals.read_seal(path)


def _taken(path: Path) -> click.UsageError:
    return click.UsageError(f'"{printable(str(path))}" is there already; --force replaces a seal')


def _write(made: Seal, path: Path, force: bool) -> None:
    from chronicle.stores.drafts import drafted

    try:
        with drafted(path.resolve(), replace=force) as draft:
            draft.write_bytes(made.text().encode())
    except FileExistsError:
        raise _taken(path) from None
    except OSError as error:
        reason = printable(reason_of(error))
        raise click.ClickException(f'"{printable(str(path))}" cannot be written: {reason}') from None


def _passphrase(key: Path) -> str:
    name = printable(str(key))
    if not _on_terminal():
        message = f'key "{name}" is encrypted, and there is no terminal to ask for its passphrase'
        raise UsageError(Problem("C514", message, help="run this on a terminal, or give a key in plain PEM"))
    passphrase: str = click.prompt(f'passphrase of key "{name}"', hide_input=True, err=True)
    return passphrase


def _on_terminal() -> bool:
    return sys.stdin.isatty()


def _warn_of_readers(key: Path) -> None:
    """Warn when others can read a private key, and so sign with it.

    On Windows permissions are not checked.
    """
    if os.name == "posix" and key.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH):
        name = printable(str(key))
        click.echo(f'warning: private key "{name}" can be read by others\n  help: chmod 600 {name}', err=True)
