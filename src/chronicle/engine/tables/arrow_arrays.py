"""The struct of the Arrow C data interface, for the one thing that nanoarrow does not do: dictionaries."""

from __future__ import annotations

import ctypes
from typing import Any


class _ArrowArray(ctypes.Structure):
    """The struct of the Arrow C data interface, which is stable."""

    _fields_ = (
        *((name, ctypes.c_int64) for name in ("length", "null_count", "offset", "n_buffers", "n_children")),
        *(
            (name, ctypes.c_void_p)
            for name in ("buffers", "children", "dictionary", "release", "private_data")
        ),
    )


def give_dictionary(array: Any, dictionary: Any) -> None:
    """Set the dictionary of ``array``, for which nanoarrow makes an empty one only.

    ``dictionary`` is moved as the interface permits: its struct is copied, and the old one marked as
    released.
    """
    place = _ArrowArray.from_address(array._addr()).dictionary
    empty = _ArrowArray.from_address(place)
    if empty.release:
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(empty.release)(place)
    ctypes.memmove(place, dictionary._addr(), ctypes.sizeof(_ArrowArray))
    _ArrowArray.from_address(dictionary._addr()).release = None
