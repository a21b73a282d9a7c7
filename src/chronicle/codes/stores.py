"""Codes C5: stores."""

from __future__ import annotations

from chronicle.codes.code import Code

CODES = (
    Code(
        "C501",
        "error",
        "not a store",
        "The path leads to something else: an empty file, a file of another program, an SQLite database "
        "or a schema in PostgreSQL of something else. Nothing was written to it. Give the path of a store; "
        "`chronicle record FILES --into STORE` makes one where there is no file.",
        "chronicle verify notes.txt",
    ),
    Code(
        "C502",
        "error",
        "store of a newer version",
        "A newer Chronicle wrote this store, or this record, in a format that this one does not know. "
        "Reading it in part would give wrong answers, so it is not read at all. Install a newer Chronicle.",
        "chronicle verify written-by-a-newer-chronicle.db",
    ),
    Code(
        "C503",
        "error",
        "other content under the same id",
        "An event with this id is recorded, and what was given now differs from it. What is recorded "
        "stays. If the event was wrong, record a correction: it keeps what was believed before and says "
        "since when it is known better. If it is another event, give it an id of its own.",
        "- kind: record.corrected\n  date: 2015-09-10\n  target: chinavision-stake\n  set: {share: "
        "59.32%}\n  reason: the annual report gives the exact share",
    ),
    Code(
        "C504",
        "error",
        "store moved on",
        "The writer said at which position the store must stand, and it stands at another: somebody else "
        "recorded something in between. Nothing was recorded. Read the store again, see whether what you "
        "meant to record still holds, and try once more.",
        "chronicle record more.yaml --into corp.db --expected 28",
    ),
    Code(
        "C505",
        "error",
        "record was changed",
        "The content of a record does not fit the checksum that was written with it: a disk, a copy or a "
        "hand changed it. Chronicle never repairs by leaving something out. Compare the store with a "
        "backup, and restore that.",
        "chronicle verify corp.db",
    ),
    Code(
        "C506",
        "error",
        "chain is broken",
        "Each record is chained to the one before by a hash, and here the chain does not go on: a record "
        "is missing, was added past Chronicle, was moved, or was changed with its checksum made to fit. "
        "The message names the first place. Compare the store with a backup, and restore that.",
        "chronicle verify corp.db",
    ),
    Code(
        "C507",
        "error",
        "store cannot be opened or written",
        "There is no file, no server that answers, no right to read or write, no room on the disk, or no "
        "such kind of store. The message has the reason. Nothing of the append was kept, unless it is there "
        "when you read again.",
        "chronicle verify no-such-file.db",
    ),
    Code(
        "C508",
        "error",
        "store is busy",
        "Another process was writing for longer than one waits here. Writers take turns and readers are "
        "never in the way. Try again; if it stays so, look for a process that hangs while it has the "
        "store open.",
        "chronicle record more.yaml --into corp.db",
    ),
    Code(
        "C509",
        "error",
        "history without a store",
        "The question or the change needs a store, and the history comes from files. Files do not say "
        "when they took in an event, so `--recorded` has no answer; and nothing is ever written into your "
        "files. Record them into a store and use that. What was known on a day can be asked of files too, "
        "by `--known`.",
        "chronicle --from events timeline --recorded 2015-09-30",
    ),
    Code(
        "C510",
        "error",
        "store file is damaged",
        "SQLite cannot read the file, or finds that its structure is broken; or the tables of a store are "
        "not as they were made. Nothing was repaired, for a repair may drop records without a word. "
        "Restore a backup.",
        "chronicle verify half-copied.db",
    ),
    Code(
        "C511",
        "error",
        "store takes no more after a failed write",
        "The disk failed, or the connection was lost, while something was appended. What of it is durable "
        "is not known, and later answers of the same connection could be wrong about it, so it takes "
        "nothing more. Open the store again: what was acknowledged is there. Then append the same records "
        "again; what was kept is not kept twice.",
        "history.append(events)   # after an append that failed: open the history again",
    ),
    Code(
        "C512",
        "error",
        "records of another history",
        "Records of an export or of another store keep their positions, times and chain only where they "
        "go on from what is there. This store has something else at one of their positions, or ends "
        "before the first of them, or has one of their ids already. Nothing was recorded. Use a new "
        "store, or the copy that these records go on from.",
        "chronicle backup corp.db another-history.db",
    ),
    Code(
        "C513",
        "error",
        "store does not match the seal",
        "A seal says which chain hash a store had at a position, and this store ends before that position or "
        "has another hash there. So history was not only added to: records were cut off, or records up to "
        "the seal were written anew with everything behind them, which no checksum shows. Or it is the seal "
        "of another store. Nothing was repaired. Look for a backup that matches the seal.",
        "chronicle verify corp.db --seal corp.seal",
    ),
    Code(
        "C514",
        "error",
        "seal or key is not valid",
        "The file is no seal, or one of a newer version; or a key is no Ed25519 key in PEM; or the seal is "
        "not signed, its signature does not fit, or another key made it. Such a seal proves nothing. Use the "
        "seal as it was written, and the public key of whoever signed it.",
        "chronicle verify corp.db --seal corp.seal --signed-by public.pem",
    ),
    Code(
        "C515",
        "error",
        "store of an older format",
        "An older Chronicle made this store. It can be read as it is; before anything is added, its "
        "tables are brought up to date, once, with `chronicle migrate`. The records themselves are not "
        "touched: positions, contents and chain stay, and seals go on fitting.",
        "chronicle migrate corp.db",
    ),
    Code(
        "C516",
        "error",
        "looks like a recorded event with another date",
        "An event without an id of its own gets one made of its date, kind and parties. So an event whose "
        "date was edited in a file comes with another id, and the store would have it twice. Here the store "
        "has one of the same kind, parties and amount that can be of the same day, that is not in the files, "
        "and whose id was made in the same way. Nothing was recorded. Correct what is recorded, by the "
        "command that the error has; or, if it is another event, give it an `id:` in the file, or record "
        "with --new.",
        "chronicle record edited.yaml --into corp.db",
    ),
    Code(
        "C517",
        "warning",
        "looks like a recorded event with another party",
        "The store has an event of the same kind, date and amount that differs in one party and is not in "
        "the files. It may be another one, and both are recorded. If a party was edited in the file, it is "
        "there twice now: retract one of the two. An `id:` in the file, or --new, says that it is another.",
        "chronicle record edited.yaml --into corp.db",
    ),
    Code(
        "C518",
        "warning",
        "an entity is named and nothing declares it",
        "A file that names an entity which no file declares is refused. An import into a store may leave "
        "such names open, as a register names companies that are not in it, and so may "
        "`append(declared=False)`; then `check` tells of each once, with the events that name it. If it is "
        "misspelt, correct the events; if it is another entity, declare it with a name and a type.",
        "chronicle --from register.db check",
    ),
    Code(
        "C520",
        "error",
        "line is not what was exported",
        "Each line of the export of a store has the position, the time and the proofs of its record "
        "behind the event. In this file they do not fit: a line was edited, is missing, stands elsewhere, "
        "or the file was cut off. Nothing was recorded. Export or copy the file anew. Where lines were "
        "edited on purpose, `--as-events` records them as events of this store, with positions and times "
        "of their own.",
        "chronicle record edited.jsonl --into corp.db --as-events",
    ),
)
