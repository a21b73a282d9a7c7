"""Events to plain data and records, and back. The only package that imports cattrs.

Plain data is what JSON has, without numbers: mappings, lists, texts, booleans and None. ``encode`` and
``decode`` convert between events and plain data, ``to_record`` and ``from_record`` between events and the
records of a store, ``from_records`` many at a time. ``diagnose`` gives everything that is wrong with plain
data, and where, for readers that know lines and columns. ``UPGRADES`` turns old formats of stored events into
the current one (upcasting).
"""

from __future__ import annotations

from chronicle.codec.diagnosis import Fault, diagnose
from chronicle.codec.ids import generated_id, is_id, slug
from chronicle.codec.leaves import Path
from chronicle.codec.plain import decode, encode
from chronicle.codec.records import from_record, from_records, to_record, to_record_and_back
from chronicle.codec.shapes import FieldOf, fields_of, kind_names
from chronicle.codec.upgrades import UPGRADES, current_format, upgraded

__all__ = [
    "UPGRADES",
    "Fault",
    "FieldOf",
    "Path",
    "current_format",
    "decode",
    "diagnose",
    "encode",
    "fields_of",
    "from_record",
    "from_records",
    "generated_id",
    "is_id",
    "kind_names",
    "slug",
    "to_record",
    "to_record_and_back",
    "upgraded",
]
