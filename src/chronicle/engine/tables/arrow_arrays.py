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


class _LentArray:
    """An array of which another is made that shares its buffers."""

    def __init__(self, array: Any) -> None:
        self._array = array

    def __arrow_c_array__(self, requested_schema: object = None) -> object:
        return self._array.__arrow_c_array__(requested_schema)


def give_dictionary(array: Any, dictionary: Any) -> None:
    """Set the dictionary of ``array``, for which nanoarrow makes an empty one only.

    It has a copy of ``dictionary`` that shares its buffers. The copy is moved as the interface permits:
    its struct is copied, and the old one marked as released.
    """
    from nanoarrow import c_array

    shared = c_array(_LentArray(dictionary))
    place = _ArrowArray.from_address(array._addr()).dictionary
    empty = _ArrowArray.from_address(place)
    if empty.release:
        ctypes.CFUNCTYPE(None, ctypes.c_void_p)(empty.release)(place)
    ctypes.memmove(place, shared._addr(), ctypes.sizeof(_ArrowArray))
    _ArrowArray.from_address(shared._addr()).release = None
