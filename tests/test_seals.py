"""Seals: what they prove about a store, what they look like, and which ones are refused."""

from __future__ import annotations

import json
import os
import re
import sys
from base64 import b64decode, b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from hypothesis import given
from hypothesis import strategies as st

import chronicle.cli.keeping.seal
from chronicle.cli import chronicle as command
from chronicle.errors import ChronicleError, Damaged, StoreError, UsageError
from chronicle.stores import Head, NewRecord, open_store
from chronicle.stores.drafts import drafted
from chronicle.stores.seals import (
    Seal,
    check,
    check_signature,
    parse,
    private_key,
    public_key,
    read_seal,
    seal,
    sign,
)

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
HASHES = st.text("0123456789abcdef", min_size=64, max_size=64)
SEALS = st.tuples(
    st.integers(1, 10**12),
    HASHES,
    st.datetimes().map(lambda time: time.isoformat(timespec="microseconds") + "Z"),
).map(lambda parts: Seal(*parts))
SIGNED = st.builds(
    lambda made, public, signature: made._replace(public_key=public, signature=signature),
    SEALS,
    st.binary(min_size=32, max_size=32),
    st.binary(min_size=64, max_size=64),
)


def founded(*names: str) -> list[NewRecord]:
    """A record for each company."""
    return [
        NewRecord(
            f"{name}-founded",
            "entity.founded",
            json.dumps(
                {
                    "date": "1998",
                    "entity": name,
                    "id": f"{name}-founded",
                    "kind": "entity.founded",
                    "name": name.title(),
                    "type": "company",
                },
                separators=(",", ":"),
                sort_keys=True,
            ).encode(),
        )
        for name in names
    ]


def clock() -> datetime:
    return NOON


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A store of three companies."""
    path = tmp_path / "corp.db"
    with open_store(path, create=True, clock=clock) as store:
        store.append(founded("acme", "bolt", "cargo"))
    return path


@pytest.fixture
def sealed(path: Path, tmp_path: Path) -> Path:
    """The seal of that store, not signed."""
    file = tmp_path / "corp.seal"
    assert run("seal", path, "-o", file).exit_code == 0
    return file


class Keys:
    """A pair of keys as files of PEM, as openssl makes them."""

    def __init__(self, folder: Path, passphrase: bytes | None = None) -> None:
        key = Ed25519PrivateKey.generate()
        lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        self.private = folder / "key.pem"
        self.public = folder / "public.pem"
        self.private.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))
        self.private.chmod(0o600)
        self.public.write_bytes(
            key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        )


@pytest.fixture
def keys(tmp_path: Path) -> Keys:
    return Keys(tmp_path)


@pytest.fixture
def others(tmp_path: Path) -> Keys:
    """The keys of somebody else."""
    folder = tmp_path / "others"
    folder.mkdir()
    return Keys(folder)


def run(*arguments: str | Path, **settings: Any) -> Result:
    """Run ``chronicle`` with these arguments; anything but an orderly end fails the test."""
    result = CliRunner().invoke(command, [str(argument) for argument in arguments], **settings)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def refusal(act: Callable[[], object], kind: type[ChronicleError] = StoreError) -> str:
    with pytest.raises(kind) as caught:
        act()
    return f"{caught.value.code} {caught.value.problems[0].message}"


# What a seal proves


def test_a_store_to_which_records_were_added_matches_its_seal(path: Path, sealed: Path) -> None:
    """However much is added, the seal says how much stood before, and verify says how much came since."""
    assert "nothing was added since" in run("verify", path, "--seal", sealed).stdout
    with open_store(path) as store:
        store.append(founded("dune"))
    assert "1 record was added since" in run("verify", path, "--seal", sealed).stdout
    with open_store(path) as store:
        store.append(founded("echo"))
    result = run("verify", path, "--seal", sealed)
    day = read_seal(sealed).sealed_at[:10]
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.splitlines()[1] == (
        f'seal "{sealed}": sealed at position 3 on {day}; 2 records were added since; not signed'
    )


@pytest.mark.parametrize("position", [1, 2, 3])
def test_a_history_written_anew_is_found_by_the_seal_and_by_nothing_else(
    path: Path, tmp_path: Path, position: int
) -> None:
    """Another store, sound in itself: only what was kept elsewhere shows that the past is another one."""
    names = ["acme", "bolt", "cargo"]
    file = tmp_path / "corp.seal"
    assert run("seal", path, "-o", file).exit_code == 0
    names[position - 1] = "wrong"
    forged = tmp_path / "forged.db"
    with open_store(forged, create=True, clock=clock) as store:
        store.append(founded(*names, "dune"))
    assert run("verify", forged).exit_code == 0
    result = run("verify", forged, "--seal", file)
    assert (result.exit_code, result.stdout) == (4, "")
    assert "error[C513]: record 3 does not have the chain hash of the seal" in result.stderr
    assert "rewritten at record 3 or before" in result.stderr


@pytest.mark.parametrize(
    ("kept", "missing"), [(0, "records 1 to 3 are"), (1, "records 2 to 3 are"), (2, "record 3 is")]
)
def test_a_store_that_lost_its_end_is_found_by_the_seal(
    tmp_path: Path, sealed: Path, kept: int, missing: str
) -> None:
    """A copy of an earlier day is sound, and not the store that was sealed."""
    shorter = tmp_path / "shorter.db"
    with open_store(shorter, create=True, clock=clock) as store:
        store.append(founded("acme", "bolt", "cargo")[:kept])
    result = run("verify", shorter, "--seal", sealed)
    assert result.exit_code == 4
    assert (
        f'error[C513]: store ends at position {kept}, before the seal "{sealed}" at 3: {missing} missing'
        in (result.stderr)
    )


def test_of_several_seals_each_is_told(path: Path, sealed: Path, tmp_path: Path) -> None:
    """Those that match and those that do not: together they narrow down where history was rewritten."""
    early = tmp_path / "early.seal"
    forged = tmp_path / "forged.db"
    with open_store(forged, create=True, clock=clock) as store:
        store.append(founded("acme", "bolt"))
        early.write_text(seal(store.head(), NOON).text())
        store.append(founded("wrong"))
    result = run("verify", forged, "--seal", early, "--seal", sealed)
    assert (result.exit_code, result.stderr.count("error[")) == (4, 1)
    assert str(sealed) in result.stderr
    assert run("verify", path, "--seal", early, "--seal", sealed).stdout.count("sealed at position") == 2


def test_the_seal_of_an_empty_store_matches_every_store(path: Path) -> None:
    """Nothing was there, so nothing can have been changed."""
    empty = open_store("memory:")
    made = seal(empty.head(), NOON)
    assert (made.position, made.chain) == (0, "0" * 64)
    assert check(made, empty) == 0
    with open_store(path) as store:
        assert check(parse(made.text()), store) == 3


def test_a_seal_is_held_against_any_kind_of_store(path: Path) -> None:
    """The seal of a file is that of the same history in memory: the chain is the same everywhere."""
    memory = open_store("memory:", clock=clock)
    memory.append(founded("acme", "bolt", "cargo", "dune"))
    with open_store(path) as store:
        made = seal(store.head(), NOON)
    assert check(made, memory) == 1
    with pytest.raises(Damaged, match="C513"):
        check(made._replace(position=2), memory)


def test_a_damaged_store_is_not_sealed(path: Path, tmp_path: Path) -> None:
    """A seal would vouch for what nobody recorded; so there is none, and the record is named."""
    path.write_bytes(path.read_bytes().replace(b'"Bolt"', b'"Volt"'))
    result = run("seal", path, "-o", tmp_path / "corp.seal")
    assert (result.exit_code, result.stdout) == (4, "")
    assert 'error[C505]: record 2 ("bolt-founded") was changed' in result.stderr
    assert not (tmp_path / "corp.seal").exists()


def test_damage_is_told_before_any_seal(path: Path, sealed: Path) -> None:
    """In a damaged store the damage is what matters; the seal is not compared with it."""
    path.write_bytes(path.read_bytes().replace(b'"Bolt"', b'"Volt"'))
    result = run("verify", path, "--seal", sealed)
    assert (result.exit_code, result.stdout) == (4, "")
    assert "C505" in result.stderr
    assert "C513" not in result.stderr


# What a seal looks like


def test_a_seal_is_a_small_json_object_with_fixed_keys(path: Path, sealed: Path) -> None:
    """People can read it, and any program."""
    with open_store(path) as store:
        head = store.head()
    plain = json.loads(sealed.read_text())
    assert list(plain) == ["seal", "position", "chain", "sealed_at"]
    assert (plain["seal"], plain["position"], plain["chain"]) == (1, head.position, head.chain)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", plain["sealed_at"])
    assert sealed.read_text().endswith("}\n")


def test_seal_prints_position_and_chain_hash(path: Path) -> None:
    """On stdout in one line, or as JSON just as a file has it."""
    with open_store(path) as store:
        head = store.head()
    result = run("seal", path)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout == f"sealed at position 3 {head.chain}\n"
    assert parse(run("seal", path, "--json").stdout)[:2] == head


@given(SEALS | SIGNED)
def test_a_seal_is_read_as_it_was_written(made: Seal) -> None:
    """Text and back is the same seal."""
    assert parse(made.text()) == made


@given(st.text() | st.binary() | st.recursive(st.none() | st.integers(), st.lists).map(json.dumps))
def test_whatever_is_no_seal_is_refused_in_one_way(text: str | bytes) -> None:
    """Any file may be given by mistake; none of them ends in anything but C514."""
    assert refusal(lambda: parse(text)).startswith('C514 "seal" is no seal: ')


PLAIN = {"seal": 1, "position": 29, "chain": "ab" * 32, "sealed_at": "2026-03-01T09:30:00.000000Z"}
PROOFS = {"public_key": b64encode(bytes(32)).decode(), "signature": b64encode(bytes(64)).decode()}


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"seal": "1"}, 'its version is "1"'),
        ({"seal": True}, "its version is True (bool)"),
        ({"seal": 0}, "its version is 0 (int)"),
        ({"position": -1}, "its position is -1 (int)"),
        ({"position": True}, "its position is True (bool)"),
        ({"position": "29"}, 'its position is "29"'),
        ({"position": 0}, "the chain hash at position 0 is 64 zeros"),
        ({"chain": "AB" * 32}, f'its chain is "{"AB" * 30}…"'),
        ({"chain": "ab"}, 'its chain is "ab"'),
        ({"chain": None}, "its chain is None (NoneType)"),
        ({"sealed_at": "2026-03-01"}, 'its sealed_at is "2026-03-01"'),
        ({"sealed_at": "2026-02-30T09:30:00.000000Z"}, 'its sealed_at is "2026-02-30T09:30:00.000000Z"'),
        ({"sealed_at": 7}, "its sealed_at is 7 (int)"),
        ({"chian": "ab"}, 'it has a key that no seal has: "chian"; did you mean chain?'),
        ({"zzzz": 1}, 'it has a key that no seal has: "zzzz"'),
        ({"signature": PROOFS["signature"]}, 'it has no key "public_key"'),
        ({"public_key": PROOFS["public_key"]}, 'it has no key "signature"'),
        (PROOFS | {"public_key": "AAAA"}, 'its public_key is "AAAA"'),
        (PROOFS | {"public_key": 7}, "its public_key is 7 (int)"),
        (PROOFS | {"signature": "not base64"}, 'its signature is "not base64"'),
        # The last character has bits that no byte takes: a second text for the same bytes.
        (PROOFS | {"public_key": "A" * 42 + "B="}, f'its public_key is "{"A" * 42}B="'),
    ],
    ids=str,
)
def test_a_seal_with_something_wrong_in_it_is_refused(changes: dict[str, object], fault: str) -> None:
    """Each key has one form; the message names the one that has another."""
    assert refusal(lambda: parse(json.dumps(PLAIN | changes))) == f'C514 "seal" is no seal: {fault}'


@pytest.mark.parametrize("key", ["position", "chain", "sealed_at"])
def test_a_seal_without_one_of_its_keys_is_refused(key: str) -> None:
    """All of them are needed."""
    rest = {name: value for name, value in PLAIN.items() if name != key}
    assert refusal(lambda: parse(json.dumps(rest))) == f'C514 "seal" is no seal: it has no key "{key}"'


def test_a_key_given_twice_is_refused() -> None:
    """Two programs could otherwise read two seals in one."""
    text = json.dumps(PLAIN).replace('"position": 29', '"position": 28, "position": 29')
    assert "or has a key twice" in refusal(lambda: parse(text))


def test_a_seal_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    """No file, or a folder."""
    for path, reason in ((tmp_path / "none.seal", "no such file or directory"), (tmp_path, "is a directory")):
        assert refusal(lambda path=path: read_seal(path)) == f'C514 seal "{path}" cannot be read: {reason}'  # type: ignore[misc]


def test_a_seal_of_a_newer_version_is_refused() -> None:
    """What it proves is not known here."""
    text = json.dumps({"seal": 2, "whatever": "it has"})
    assert refusal(lambda: parse(text)) == (
        'C514 seal "seal" is of version 2, newer than 1, the newest that is known here'
    )


# Writing one to a file


def test_a_seal_that_is_there_is_kept_unless_asked(path: Path, sealed: Path) -> None:
    """An old seal proves something; --force replaces it by the new one."""
    before = sealed.read_text()
    with open_store(path) as store:
        store.append(founded("dune"))
    result = run("seal", path, "-o", sealed)
    assert result.exit_code == 2
    assert "is there already; --force replaces a seal" in result.stderr
    assert sealed.read_text() == before
    assert run("seal", path, "-o", sealed, "--force").exit_code == 0
    assert read_seal(sealed).position == 4


def test_force_replaces_a_seal_and_nothing_else(path: Path, tmp_path: Path) -> None:
    """Neither the store itself nor any other file goes by a slip of the hand."""
    notes = tmp_path / "notes.txt"
    notes.write_text("to keep")
    for file in (path, notes):
        before = file.read_bytes()
        result = run("seal", path, "-o", file, "--force")
        assert result.exit_code == 4
        assert "is no seal" in result.stderr
        assert file.read_bytes() == before


def test_a_seal_is_written_whole_or_not_at_all(path: Path, tmp_path: Path) -> None:
    """No draft is left behind, whether it could be written or not."""
    assert run("seal", path, "-o", tmp_path / "corp.seal").exit_code == 0
    result = run("seal", path, "-o", tmp_path / "no" / "corp.seal")
    assert result.exit_code == 1
    assert "cannot be written: no such file or directory" in result.stderr
    assert sorted(file.name for file in tmp_path.iterdir()) == ["corp.db", "corp.seal"]


def test_a_seal_that_another_made_meanwhile_is_kept(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between looking and writing lies the time of verifying a store."""
    file = tmp_path / "corp.seal"
    monkeypatch.setattr(chronicle.cli.keeping.seal, "_refuse_taken", lambda *_: file.write_text("first"))
    result = run("seal", path, "-o", file)
    assert result.exit_code == 2
    assert "is there already" in result.stderr
    assert file.read_text() == "first"


def test_a_draft_gets_its_name_where_there_are_no_hard_links(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some file systems have none; what is there already is kept on these as well."""

    def refuse(*_: object) -> None:
        raise PermissionError("no links here")

    monkeypatch.setattr(os, "link", refuse)
    file = tmp_path / "corp.seal"
    with drafted(file) as draft:
        draft.write_text("one")
    assert file.read_text() == "one"
    with pytest.raises(FileExistsError), drafted(file) as draft:
        draft.write_text("two")
    assert file.read_text() == "one"
    assert [each.name for each in tmp_path.iterdir()] == ["corp.seal"]


# Signatures


def test_a_signed_seal_says_who_sealed_the_store(path: Path, tmp_path: Path, keys: Keys) -> None:
    """With the public key it is proven, without it the seal is compared and the signature is not."""
    file = tmp_path / "corp.seal"
    result = run("seal", path, "-o", file, "--sign", keys.private)
    assert (result.exit_code, result.stderr) == (0, "")
    assert result.stdout.startswith("signed and sealed at position 3 ")
    assert list(json.loads(file.read_text())) == [
        "seal",
        "position",
        "chain",
        "sealed_at",
        "public_key",
        "signature",
    ]
    proven = run("verify", path, "--seal", file, "--signed-by", keys.public)
    assert (proven.exit_code, proven.stderr) == (0, "")
    assert f'; signed with the key of "{keys.public}"' in proven.stdout
    unchecked = run("verify", path, "--seal", file)
    assert unchecked.exit_code == 0
    assert "signature not checked (--signed-by KEY), so who sealed it is not proven" in unchecked.stdout


def test_the_signed_bytes_are_those_of_the_format(keys: Keys) -> None:
    """Four lines, so that anyone can check a signature with a tool of their own."""
    made = Seal(29, "ab" * 32, "2026-03-01T09:30:00.000000Z")
    expected = b"chronicle seal 1\n29\n" + b"ab" * 32 + b"\n2026-03-01T09:30:00.000000Z"
    assert made.signed_bytes() == expected
    signed = sign(made, private_key(keys.private, str))
    public_key(keys.public).verify(signed.signature, expected)
    assert b64decode(json.loads(signed.text())["public_key"]) == signed.public_key


def test_the_seal_on_the_page_on_the_format_is_one(root: Path) -> None:
    """Whoever reads the page can check what they wrote by it: a seal of the record there, by a known key."""
    page = (root / "docs" / "format.md").read_text(encoding="utf-8").partition("## A seal")[2]
    (text,) = re.findall(r"```json\n(.*?)```", page, flags=re.DOTALL)
    made = parse(text)
    assert made.text() == text
    store = open_store("memory:", clock=lambda: datetime(2026, 3, 1, 9, 30, tzinfo=UTC))
    body = b'{"date":"1998","entity":"acme","name":"Acme"}'
    store.append([NewRecord("acme-founded", "entity.founded", body)])
    assert check(made, store) == 0
    secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
    key = Ed25519PrivateKey.from_private_bytes(bytes.fromhex(secret))
    assert sign(made, key) == made
    check_signature(made, key.public_key())


@pytest.mark.parametrize(
    "change",
    [
        {"position": 2},
        {"chain": "cd" * 32},
        {"sealed_at": "2026-03-01T09:30:00.000001Z"},
        {"signature": bytes(64)},
    ],
    ids=lambda change: next(iter(change)),
)
def test_a_seal_changed_after_it_was_signed_is_refused(keys: Keys, change: dict[str, Any]) -> None:
    """The signature covers everything that the seal says."""
    made = sign(Seal(3, "ab" * 32, "2026-03-01T09:30:00.000000Z"), private_key(keys.private, str))
    check_signature(made, public_key(keys.public))
    changed = made._replace(**change)
    assert refusal(lambda: check_signature(changed, public_key(keys.public))) == (
        'C514 signature of seal "seal" does not fit: the seal was changed after it was signed'
    )


def test_a_seal_signed_with_another_key_is_refused(
    path: Path, tmp_path: Path, keys: Keys, others: Keys
) -> None:
    """Who forges a history can sign it too, only not with this key."""
    file = tmp_path / "corp.seal"
    assert run("seal", path, "-o", file, "--sign", others.private).exit_code == 0
    result = run("verify", path, "--seal", file, "--signed-by", keys.public)
    assert (result.exit_code, result.stdout) == (4, "")
    assert f'error[C514]: seal "{file}" was signed with another key' in result.stderr
    # Nor does it help to put the right public key beside the wrong signature.
    made = read_seal(file)._replace(public_key=public_key(keys.public).public_bytes_raw())
    assert "does not fit" in refusal(lambda: check_signature(made, public_key(keys.public)))


def test_a_seal_without_a_signature_does_not_say_who_made_it(path: Path, sealed: Path, keys: Keys) -> None:
    """Asked for a signature, nothing less is accepted."""
    result = run("verify", path, "--seal", sealed, "--signed-by", keys.public)
    assert (result.exit_code, result.stdout) == (4, "")
    assert f'error[C514]: seal "{sealed}" is not signed' in result.stderr


def test_an_encrypted_key_is_opened_with_its_passphrase(
    path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is asked for on a terminal; elsewhere nobody could answer."""
    keys = Keys(tmp_path, b"open sesame")
    line = ("seal", path, "--sign", keys.private, "--json")
    away = run(*line)
    assert away.exit_code == 2
    assert "is encrypted, and there is no terminal to ask for its passphrase" in away.stderr
    monkeypatch.setattr(chronicle.cli.keeping.seal, "_on_terminal", lambda: True)
    result = run(*line, input="open sesame\n")
    assert result.exit_code == 0
    assert f'passphrase of key "{keys.private}"' in result.stderr
    assert "open sesame" not in result.output
    check_signature(parse(result.stdout), public_key(keys.public))
    wrong = run(*line, input="open barley\n")
    assert wrong.exit_code == 2
    assert "error[C514]: passphrase does not open key" in wrong.stderr


@pytest.mark.skipif(os.name != "posix", reason="rights of files are kept elsewhere")
def test_a_private_key_that_others_can_read_is_pointed_out(path: Path, keys: Keys) -> None:
    """They could sign as well; the seal is made all the same."""
    keys.private.chmod(0o644)
    result = run("seal", path, "--sign", keys.private, "--json")
    assert result.exit_code == 0
    assert f'warning: private key "{keys.private}" can be read by others' in result.stderr
    keys.private.chmod(0o600)
    assert run("seal", path, "--sign", keys.private, "--json").stderr == ""


def test_what_is_no_key_is_refused_before_the_store_is_read(tmp_path: Path, keys: Keys) -> None:
    """Of another kind, of the other half of a pair, no PEM, not there: each says what is wanted."""
    rsa = tmp_path / "rsa.pem"
    key = generate_private_key(65537, 2048)
    rsa.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    public = tmp_path / "rsa-public.pem"
    public.write_bytes(key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    text = tmp_path / "notes.txt"
    text.write_text("no key at all")
    for file in (rsa, keys.public, text):
        said = refusal(lambda file=file: private_key(file, str), UsageError)  # type: ignore[misc]
        assert said == f'C514 "{file}" is no Ed25519 private key in PEM'
    for file in (public, keys.private, text):
        said = refusal(lambda file=file: public_key(file), UsageError)  # type: ignore[misc]
        assert said == f'C514 "{file}" is no Ed25519 public key in PEM'
    gone = tmp_path / "gone.pem"
    for read in (lambda: private_key(gone, str), lambda: public_key(gone)):
        assert refusal(read, UsageError) == f'C514 key "{gone}" cannot be read: no such file or directory'


def test_without_cryptography_the_error_names_the_extra(
    path: Path, sealed: Path, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seals need no library until they are signed; then it says what to install."""
    monkeypatch.setitem(sys.modules, "cryptography.hazmat.primitives", None)
    assert run("verify", path, "--seal", sealed).exit_code == 0
    for line in (
        ("seal", path, "--json", "--sign", keys.private),
        ("verify", path, "--seal", sealed, "--signed-by", keys.public),
    ):
        result = run(*line)
        assert result.exit_code == 2
        assert "error[C740]" in result.stderr
        assert "pip install 'chronicle-timeline[seal]'" in result.stderr


@pytest.mark.parametrize(
    ("options", "needed"),
    [
        (("seal", "corp.db", "--sign", "key.pem"), "-o FILE or --json"),
        (("verify", "corp.db", "--signed-by", "public.pem"), "--seal FILE"),
    ],
    ids=["seal", "verify"],
)
def test_options_that_mean_nothing_alone_are_refused(options: tuple[str, ...], needed: str) -> None:
    """A signature needs a place to be written to, a key a seal to be held against."""
    result = run(*options)
    assert result.exit_code == 2
    assert needed in result.stderr


# Verify for programs


def test_verify_says_the_same_as_json(path: Path, tmp_path: Path, keys: Keys) -> None:
    """Records, head, seals and problems; the exit code is that of the text."""
    file = tmp_path / "corp.seal"
    assert run("seal", path, "-o", file, "--sign", keys.private).exit_code == 0
    result = run("verify", path, "--seal", file, "--json")
    with open_store(path) as store:
        head = store.head()
    made = read_seal(file)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "records": 3,
        "position": 3,
        "chain": head.chain,
        "seals": [
            {
                "file": str(file),
                "position": 3,
                "sealed_at": made.sealed_at,
                "signature": "unchecked",
                "added": 0,
            }
        ],
        "problems": [],
    }
    with_key = run("verify", path, "--seal", file, "--signed-by", keys.public, "--json")
    assert json.loads(with_key.stdout)["seals"][0]["signature"] == "valid"


def test_verify_names_problems_as_json(path: Path, sealed: Path) -> None:
    """Damage of the store and a seal that does not match alike, with exit code 4."""
    sealed.write_text(seal(Head(7, "ab" * 32), NOON).text())
    result = run("verify", path, "--seal", sealed, "--json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (4, "")
    assert [problem["code"] for problem in answer["problems"]] == ["C513"]
    assert [(each["added"], each["signature"]) for each in answer["seals"]] == [(None, "none")]
    path.write_bytes(path.read_bytes().replace(b'"Bolt"', b'"Volt"'))
    result = run("verify", path, "--json")
    assert result.exit_code == 4
    assert [problem["code"] for problem in json.loads(result.stdout)["problems"]] == ["C505"]
