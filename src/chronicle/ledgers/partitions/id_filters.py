"""Which ids a bucket names, view by view, so that a question about one entity opens few files."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import accumulate

from attrs import frozen

from chronicle.ledgers.partitions import frames

_BITS_PER_ID = 12
_PLACES = 8


class IdFilter:
    """A set of ids in twelve bits each. It says of one other id in three hundred that it is there as well."""

    def __init__(self, bits: bytes | bytearray | memoryview) -> None:
        self.bits = bits

    @classmethod
    def of(cls, ids: Iterable[str]) -> IdFilter:
        """The filter of some ids."""
        digests, np = b"".join(map(_digest, {*ids})), frames.numpy()
        if not digests:
            return cls(bytes(8))
        step, first = np.frombuffer(digests, "<u8").reshape(-1, 2).T
        size = (len(first) * _BITS_PER_ID // 8 + 8) * 8
        places = first % size + np.arange(_PLACES, dtype=np.uint64)[:, np.newaxis] * ((step | 1) % size)
        bits = np.zeros(size, bool)
        bits[places % size] = True
        return cls(np.packbits(bits, bitorder="little").tobytes())

    def may_have(self, name: str) -> bool:
        """Whether the id may be there; False is certain."""
        bits, size = self.bits, len(self.bits) * 8
        first, step = _hashed(name)
        places = ((first + turn * step) % size for turn in range(_PLACES))
        return all(bits[place >> 3] & (1 << (place & 7)) for place in places)


@lru_cache(maxsize=100_000)
def _hashed(name: str) -> Sequence[int]:
    """Two numbers, the same for one id always. The second is odd."""
    hashed = int.from_bytes(_digest(name), "little")
    return hashed >> 64, hashed & (2**64 - 1) | 1


def _digest(name: str) -> bytes:
    return blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).digest()


@frozen
class BucketIds:
    """By view the filter of the ids that the rows of a bucket name, in their keys and in their values."""

    views: Mapping[str, IdFilter]

    @classmethod
    def of(cls, ids: Mapping[str, Iterable[str]]) -> BucketIds:
        """The filters of the ids of each view."""
        return cls({view: IdFilter.of(some) for view, some in ids.items()})

    def may_have(self, view: str, name: str) -> bool:
        """Whether rows of a view may name an id; False is certain."""
        found = self.views.get(view)
        return found is not None and found.may_have(name)

    def to_bytes(self) -> bytes:
        """The filters as a line of JSON that says how long each is, and then one after the other."""
        sizes = {view: len(each.bits) for view, each in self.views.items()}
        said = json.dumps(sizes, separators=(",", ":")).encode()
        return b"\n".join([said, b"".join(bytes(each.bits) for each in self.views.values())])

    @classmethod
    def of_bytes(cls, data: bytes) -> BucketIds:
        """The filters from which ``to_bytes`` made ``data``."""
        said, _, _ = data.partition(b"\n")
        sizes, bits = json.loads(said), memoryview(data)[len(said) + 1 :]
        ends = [*accumulate(sizes.values(), initial=0)]
        return cls({view: IdFilter(bits[ends[at] : ends[at + 1]]) for at, view in enumerate(sizes)})
