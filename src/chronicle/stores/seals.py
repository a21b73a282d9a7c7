"""Seals: where a store ended at a time, kept to prove later that records were only added since.

A seal is kept out of reach of those who write the store, or it is signed. ``docs/format.md`` has its fields
and the bytes that are signed.
"""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from chronicle.errors import (
    Damaged,
    Problem,
    StoreError,
    UsageError,
    nearest,
    not_installed,
    printable,
    reason_of,
    shown,
)
from chronicle.errors.strict_json import each_key_once
from chronicle.stores.protocol import Store
from chronicle.stores.record import GENESIS, Head, is_hash, stamp

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

VERSION = 1
"""The version of seals that this code writes, and the newest that it reads."""

_LARGEST = 65536
_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}Z")
_KEYS = ("seal", "position", "chain", "sealed_at")
_SIGNATURE_KEYS = ("public_key", "signature")
_PUBLIC_KEY_BYTES = 32
_SIGNATURE_BYTES = 64
_WAY = "give a file that chronicle seal -o FILE wrote"

Passphrase = Callable[[], str]
"""Gives the passphrase of an encrypted key."""


class Seal(NamedTuple):
    """Where a store ended at a time: position and chain hash, and the signature, if it is signed.

    ``public_key`` and ``signature`` are the 32 and 64 bytes of Ed25519; both are empty in a seal that is not
    signed.
    """

    position: int
    chain: str
    sealed_at: str
    public_key: bytes = b""
    signature: bytes = b""

    def signed_bytes(self) -> bytes:
        """The bytes that are signed: four lines of UTF-8, none of which can contain a newline."""
        return f"chronicle seal {VERSION}\n{self.position}\n{self.chain}\n{self.sealed_at}".encode()

    def data(self) -> dict[str, object]:
        """The seal as JSON data."""
        plain = dict(zip(_KEYS, (VERSION, self.position, self.chain, self.sealed_at), strict=True))
        if not self.signature:
            return plain
        signed = (b64encode(self.public_key).decode(), b64encode(self.signature).decode())
        return plain | dict(zip(_SIGNATURE_KEYS, signed, strict=True))

    def text(self) -> str:
        """The seal as the text of a file."""
        return json.dumps(self.data(), indent=2) + "\n"


def seal(head: Head, now: datetime) -> Seal:
    """The seal of a store that ends at ``head``. It proves nothing about the store: verify that first."""
    return Seal(head.position, head.chain, stamp(now, ""))


def parse(text: str | bytes, name: str = "seal") -> Seal:
    """The seal in a text; messages call it ``name``. Raises ``StoreError`` (C514) when it is not a seal."""
    try:
        plain = json.loads(text, object_pairs_hook=each_key_once)
    except (ValueError, RecursionError):
        raise _no_seal(name, "it is not JSON, or has a key twice") from None
    if not isinstance(plain, dict) or "seal" not in plain:
        raise _no_seal(name, 'it is not a JSON object with the key "seal"')
    _refuse_other_versions(plain["seal"], name)
    return _seal_of(plain, name)


def read_seal(path: Path) -> Seal:
    """The seal in a file. Raises ``StoreError`` (C514) when it cannot be read or is not a seal."""
    try:
        text = _start_of(path)
    except (OSError, ValueError) as error:
        raise _refused(f'seal "{printable(str(path))}" cannot be read: {reason_of(error)}', _WAY) from None
    return parse(text, str(path))


def check(seal: Seal, store: Store, name: str = "seal") -> int:
    """How many records a verified store has after the seal.

    Raises ``Damaged`` (C513) when the store ends before it, or has another chain hash at its position: then
    records were removed or changed since.
    """
    head = store.head()
    if head.position < seal.position:
        raise Damaged(_shorter(seal, head, name))
    # The chain hash at position 0 is the same in every store.
    if seal.position:
        (record,) = store.read(after=seal.position - 1, limit=1)
        if record.chain.hex() != seal.chain:
            raise Damaged(_rewritten(seal, name))
    return head.position - seal.position


def sign(seal: Seal, key: Ed25519PrivateKey) -> Seal:
    """The same seal with the signature of ``key``, which ``private_key`` reads."""
    public = key.public_key().public_bytes_raw()
    return seal._replace(public_key=public, signature=key.sign(seal.signed_bytes()))


def check_signature(seal: Seal, key: Ed25519PublicKey, name: str = "seal") -> None:
    """Raise ``StoreError`` (C514) unless the holder of ``key`` signed the seal."""
    from cryptography.exceptions import InvalidSignature

    if not seal.signature:
        way = "ask whoever sealed the store for a signed one: chronicle seal --sign KEY"
        raise _refused(f'seal "{printable(name)}" is not signed', way)
    if seal.public_key != key.public_bytes_raw():
        way = "give the public key of whoever sealed the store"
        raise _refused(f'seal "{printable(name)}" was signed with another key', way)
    try:
        key.verify(seal.signature, seal.signed_bytes())
    except InvalidSignature:
        way = "do not rely on it; ask whoever sealed the store for the seal as it was signed"
        message = (
            f'signature of seal "{printable(name)}" does not fit: the seal was changed after it was signed'
        )
        raise _refused(message, way) from None


def private_key(path: Path, passphrase: Passphrase) -> Ed25519PrivateKey:
    """The Ed25519 private key in a PEM file, as ``openssl genpkey -algorithm ed25519`` makes it.

    ``passphrase`` is called only for an encrypted key; what it raises is passed on. Raises ``UsageError``:
    C514 for a file without such a key and for a wrong passphrase, C740 where cryptography is not installed.
    """
    load = _cryptography().load_pem_private_key
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    pem = _pem(path)
    try:
        key = load(pem, None)
    except TypeError:
        key = _decrypted(path, pem, passphrase().encode(errors="surrogateescape"))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PrivateKey):
        raise _no_key(path, "private", "openssl genpkey -algorithm ed25519 -out KEY.pem")
    return key


def public_key(path: Path) -> Ed25519PublicKey:
    """The Ed25519 public key in a PEM file, as ``openssl pkey -pubout`` makes it.

    Raises ``UsageError``: C514 for a file without such a key, C740 where cryptography is not installed.
    """
    load = _cryptography().load_pem_public_key
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        key = load(_pem(path))
    except (ValueError, UnsupportedAlgorithm):
        key = None
    if not isinstance(key, Ed25519PublicKey):
        raise _no_key(path, "public", "openssl pkey -in KEY.pem -pubout -out PUBLIC.pem")
    return key


# Reading a seal


def _refuse_other_versions(version: object, name: str) -> None:
    if type(version) is not int or version < 1:
        raise _no_seal(name, f"its version is {shown(version)}")
    if version > VERSION:
        what = f'seal "{printable(name)}" is of version {version}, newer than {VERSION}'
        raise _refused(f"{what}, the newest that is known here", "install a newer Chronicle")


def _seal_of(plain: dict[str, Any], name: str) -> Seal:
    signed = any(key in plain for key in _SIGNATURE_KEYS)
    keys = (*_KEYS, *_SIGNATURE_KEYS) if signed else _KEYS
    unknown = next((key for key in plain if key not in keys), None)
    if unknown is not None:
        near = nearest(unknown, keys)
        hint = f"; did you mean {near}?" if near else ""
        raise _no_seal(name, f"it has a key that no seal has: {shown(unknown)}{hint}")
    missing = next((key for key in keys if key not in plain), None)
    if missing:
        raise _no_seal(name, f'it has no key "{missing}"')
    wrong = next((key for key in keys[1:] if not _FITS[key](plain[key])), None)
    if wrong:
        raise _no_seal(name, f"its {wrong} is {shown(plain[wrong])}")
    if not plain["position"] and plain["chain"] != GENESIS.hex():
        raise _no_seal(name, "the chain hash at position 0 is 64 zeros")
    proofs = [b64decode(plain[key]) for key in _SIGNATURE_KEYS] if signed else []
    return Seal(plain["position"], plain["chain"], plain["sealed_at"], *proofs)


def _is_position(value: object) -> bool:
    return type(value) is int and value >= 0


def _is_time(value: object) -> bool:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        return False
    try:
        datetime.fromisoformat(value)
    except ValueError:
        return False
    return True


def _is_base64(value: object, size: int) -> bool:
    if not isinstance(value, str):
        return False
    try:
        decoded = b64decode(value, validate=True)
    except ValueError:
        return False
    # Several texts of base64 decode to the same bytes; only the one that ``data`` writes is accepted.
    return len(decoded) == size and b64encode(decoded).decode() == value


_FITS: dict[str, Callable[[object], bool]] = {
    "position": _is_position,
    "chain": is_hash,
    "sealed_at": _is_time,
    "public_key": lambda value: _is_base64(value, _PUBLIC_KEY_BYTES),
    "signature": lambda value: _is_base64(value, _SIGNATURE_BYTES),
}


# Keys


def _cryptography() -> Any:
    try:
        from cryptography.hazmat.primitives import serialization
    except ImportError:
        raise not_installed("cryptography", "which signs seals and checks signatures", "seal") from None
    return serialization


def _pem(path: Path) -> bytes:
    try:
        return _start_of(path)
    except (OSError, ValueError) as error:
        message = f'key "{printable(str(path))}" cannot be read: {reason_of(error)}'
        raise UsageError(Problem("C514", message, help="give the path of a key in PEM")) from None


def _decrypted(path: Path, pem: bytes, passphrase: bytes) -> object:
    try:
        return _cryptography().load_pem_private_key(pem, passphrase)
    except (TypeError, ValueError):
        message = f'passphrase does not open key "{printable(str(path))}"'
        raise UsageError(Problem("C514", message, help="try again")) from None


def _no_key(path: Path, kind: str, way: str) -> UsageError:
    message = f'"{printable(str(path))}" is no Ed25519 {kind} key in PEM'
    return UsageError(Problem("C514", message, help=f"make one: {way}"))


# Files and messages


def _start_of(path: Path) -> bytes:
    """The bytes of a file, up to a limit that is larger than any seal or key."""
    with path.open("rb") as file:
        return file.read(_LARGEST)


def _no_seal(name: str, why: str) -> StoreError:
    return _refused(f'"{printable(name)}" is no seal: {why}', _WAY)


def _refused(message: str, help: str) -> StoreError:
    return StoreError(Problem("C514", message, help=help))


def _shorter(seal: Seal, head: Head, name: str) -> Problem:
    first, last = head.position + 1, seal.position
    missing = f"record {first} is missing" if first == last else f"records {first} to {last} are missing"
    return Problem(
        "C513",
        f'store ends at position {head.position}, before the seal "{printable(name)}" at {last}: {missing}',
        help="look for a backup that has them; nothing was repaired",
    )


def _rewritten(seal: Seal, name: str) -> Problem:
    return Problem(
        "C513",
        f'record {seal.position} does not have the chain hash of the seal "{printable(name)}": history was '
        f"rewritten at record {seal.position} or before, or this is another store",
        help="compare with a backup; seals of earlier positions narrow down where",
    )
