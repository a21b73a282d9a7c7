"""Codes C7: importing and exporting."""

from __future__ import annotations

from chronicle.codes.code import Code

CODES = (
    # C70x: importing tables
    Code(
        "C701",
        "error",
        "row that cannot be imported",
        "The row has another number of cells than the header, a cell that the rule needs is empty, or the "
        "row does not fit those before it. Nothing of the row was imported; the other rows were. With "
        "`--quarantine FILE` all such rows are kept with their reasons, to be put right and imported again.",
        "chronicle import csv owners.csv --mapping owners.yaml --into corp.db --quarantine bad.csv",
    ),
    Code(
        "C702",
        "error",
        "mapping is wrong",
        "The mapping has a key, a kind, a field or a value that no mapping has, makes no events, or "
        "names a sheet that the workbook does not have. Nothing was imported. `chronicle import csv --guess "
        "FILE` drafts one from the header of a table.",
        'events:\n  - {kind: membership.startet, date: "{from}", entity: "{ticker}", group: sp-500}',
    ),
    Code(
        "C703",
        "error",
        "column is not there",
        "The mapping names a column that the table does not have, or has twice. A rule that cannot do "
        "without it makes no events; a field that may be left out is left out. Names are compared without "
        "blanks that nobody sees, byte order marks and a leading #.",
        'holds: "{Percent owned}"       # the header says: Share',
    ),
    Code(
        "C704",
        "error",
        "row in another encoding",
        "The row has bytes that are no text in the encoding of the mapping, which is UTF-8 unless it says "
        "otherwise. The row was left out, for a name with a guessed letter is a wrong name.",
        "encoding: cp1252               # what many programs on Windows write",
    ),
    Code(
        "C705",
        "error",
        "date that cannot be meant",
        "The cell has a date that stands for none (9999-12-31, 1900-01-01), a year such as 0017 or 3201, a "
        "number of a spreadsheet, a day in 1905 that a spreadsheet makes of a year, or an end before its "
        "begin. The row was left out. The mapping can say what such a date means, and which years there "
        "are.",
        'dates: {instead: {"1900-01-01": "[..1996]", "9999-12-31": open}, earliest: 1600}',
    ),
    Code(
        "C706",
        "error",
        "file of another format",
        "The file is not of the format that was named: a workbook where a table of text is expected, a "
        "file without a header, or a workbook or compressed file that is damaged.",
        "chronicle import csv owners.xlsx --mapping owners.yaml --into corp.db",
    ),
    Code(
        "C707",
        "warning",
        "row that no rule takes",
        "Every rule of the mapping has a `when`, and the row fits none of them, so it made no event. Where "
        "that is meant, say `rest: skip`.",
        "when: {Class_Type: [Commercial, Savings]}",
    ),
    Code(
        "C708",
        "error",
        "two rows make one event",
        "Two rows or records of one import make events of the same id and different content. The first one "
        "was taken. In a table the id is made of too little: add the column that tells the rows apart to "
        "its template. Two editions of one source are imported one after the other, so that the second "
        "corrects the first. It is also the error of an event that is recorded under this id as one of "
        "another kind.",
        'id: "eia-{report_year}-{Plant Code}"      # and a plant has several generators',
    ),
    Code(
        "C709",
        "error",
        "source of the events is not known",
        "With `--withdrawn` whatever the store has of the same source and the files have not is withdrawn. "
        "So the events must say which source they are from, and all of the files must have been read.",
        "source: {publisher: US EIA, title: Form 860}",
    ),
    # C72x: registers
    Code(
        "C720",
        "error",
        "record of a register that cannot be imported",
        "The record lacks what everything else hangs on, such as its id or what it is about, is no JSON or "
        "XML at all, or has a value that no event can have. Nothing of it was imported; the rest of the "
        "file was. The message names the field. Tell the publisher, or mend the record and import it again.",
        '{"statementDate": "2020-03-04", "recordType": "entity"}      # no statementId, no recordId',
    ),
    Code(
        "C721",
        "warning",
        "record breaks a rule of its standard",
        "The standard that the file follows asks for something else in this field: another type, a code of "
        "a list, a length, a date. The record was imported, and the field too where it still makes sense.",
        '"addresses": [{"type": "placeOfBirth"}]      # of a company',
    ),
    Code(
        "C722",
        "warning",
        "records that do not fit together",
        "Each record may be right and the file as a whole is not: an id is used twice, a record is referred "
        "to before or without being described, a company ends before it begins, a date lies in the future. "
        "What can be imported was. Look at both records, and ask the publisher which is right.",
        '"foundingDate": "1990-08-21", "dissolutionDate": "1990-08-01"',
    ),
    Code(
        "C723",
        "warning",
        "party that the register does not name",
        "The register says that somebody is there whom it cannot or may not name, or that nobody is there. "
        "It was imported as an entity of its own, named for the reason, for it is not the same as silence.",
        '"interestedParty": {"reason": "subjectUnableToConfirmOrIdentifyBeneficialOwner"}',
    ),
    Code(
        "C724",
        "warning",
        "record that makes no event",
        "The record is right and says something that no kind of event can say, such as a link without a "
        "direction, an event that was called off, or a name whose date nobody gives. It was left out.",
        '{"id": "link-1", "schema": "UnknownLink", "properties": {"subject": ["a"], "object": ["b"]}}',
    ),
    Code(
        "C740",
        "error",
        "an extra is not installed",
        "Data frames, Arrow, Parquet, workbooks, stores in PostgreSQL and signed seals need a library that "
        "Chronicle does not install unasked. The help names the extra that brings it.",
        "chronicle export parquet -o holdings.parquet",
    ),
    Code(
        "C741",
        "error",
        "number too large for the format",
        "Columns of Arrow and SQLite hold counts of up to 19 digits, those of Arrow numbers of up to 20 "
        "digits before the point. Nothing is cut to fit; JSON Lines and CSV have no such limit.",
        "shares: 99999999999999999999",
    ),
    Code(
        "C742",
        "error",
        "cannot be exported so",
        "A format has something to export from: events, the facts of a day, or spans. This one has not what "
        "was asked for, or its bytes would go to a terminal.",
        "chronicle export icalendar --spans",
    ),
    Code(
        "C743",
        "error",
        "no such format to export to",
        "The formats that a history can be exported to are listed by `chronicle export --help`. Some "
        "formats can only be imported.",
        "chronicle export gleif",
    ),
)
