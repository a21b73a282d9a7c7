"""Codes C1: reading files."""

from __future__ import annotations

from chronicle.codes.code import Code

CODES = (
    Code(
        "C101",
        "error",
        "file cannot be read",
        explanation=(
            "The file is not there, may not be read, is no plain file, or its name does not end with "
            ".yaml, .yml or .jsonl. The message gives the reason of the system. Look at the spelling of "
            "the path and at who may read it."
        ),
        example="chronicle --from events/2041.yaml timeline",
    ),
    Code(
        "C102",
        "error",
        "file is not UTF-8 text",
        explanation=(
            "Event files are UTF-8, so that a name means the same on every machine. Mostly an editor "
            "saved the file in an older encoding, where every letter outside English is another byte. "
            "Open it, save it as UTF-8, and look at the letters near the place."
        ),
        example=(
            "entities:\n  - {id: cafe, name: Caf\\xe9, type: company}    # one byte, 0xE9, as Latin-1 has it"
        ),
    ),
    Code(
        "C103",
        "error",
        "not YAML",
        explanation=(
            "The file breaks the rules of YAML, so nobody can say what it means; the rest of it was not "
            "read. The place is where the reading stopped, and the mistake may be a line or two before "
            "it. Nearly always it is a tab, an indentation that differs, or a text that needs quotes "
            "because it has a colon and a space, a quote or a bracket in it. Inside { } a comma ends a "
            "field, so that a text with a comma needs quotes there."
        ),
        example=(
            "note: Reuters: the company is no more        # wrong\n"
            "note: 'Reuters: the company is no more'      # right"
        ),
    ),
    Code(
        "C104",
        "error",
        "anchor, alias, tag or merge key",
        explanation=(
            "With anchors, aliases and merge keys a line means what another line says, and with tags it "
            "means what a program makes of it. An event file says everything where it is needed, so that "
            "one can read and correct each event alone. Write the values out; put a text that starts with"
            " &, * or ! into quotes."
        ),
        example=(
            "sources: &report\n"
            "  - {publisher: Reuters}\n"
            "note: *report*       # wrong: this is an alias\n"
            "note: '*report*'     # right"
        ),
    ),
    Code(
        "C105",
        "error",
        "key given twice",
        explanation=(
            "One of the two values would be lost, and which one is an accident of the program that reads "
            "it. Keep the one that is meant. If it is two events, the second one needs a dash of its own;"
            " if it is one file with two lists of events, put them together."
        ),
        example="- kind: listing.started\n  date: 2014-09\n  entity: alibaba-group\n  date: 2014-10",
    ),
    Code(
        "C106",
        "error",
        "several documents in one file",
        explanation=(
            "A line of three dashes starts a new document, and a file of events is one document. Put the "
            "second one into a file of its own in the same folder: the files of a folder are one history."
        ),
        example="events: []\n---\nevents: []",
    ),
    Code(
        "C107",
        "error",
        "nested too deep",
        explanation=(
            "No event has more than five levels of lists and mappings in it, so a file with more than 50 "
            "is not one that a person wrote. It is refused before it can exhaust the memory or the "
            "patience of anybody. Look for brackets that were opened and never closed."
        ),
        example="events: [[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[",
    ),
    Code(
        "C108",
        "error",
        "file or line too large",
        explanation=(
            "A file may have 64 MiB and a line 1 MiB. Beyond that it is no file that people edit, and an "
            "error in it could not be shown. Split the file into several ones of the same folder; they "
            "are read as one history."
        ),
        example="events.jsonl with everything in one line of 2 MiB",
    ),
    Code(
        "C109",
        "error",
        "wrong shape",
        explanation=(
            "Something else stands where a text, a list or a mapping is expected: a text for a list of "
            "parties, a list for one holder, an item without keys. The message says what was found and "
            "what is expected. Often a dash, a pair of brackets or a colon is missing or too many."
        ),
        example=(
            "parties: alibaba-group                       # wrong\n"
            "parties: [alibaba-group, wong-kar-wai]       # right"
        ),
    ),
    Code(
        "C110",
        "error",
        "unknown section",
        explanation=(
            "A file has two sections: `entities:` says who is who, and `events:` what happened. Anything "
            "else at the left margin would be ignored without a word, and so would every event under a "
            "misspelt name. Move it under one of the two, or turn it into a comment."
        ),
        example="event:\n  - {kind: project.released, date: 2015-09-08, project: film, where: China}",
    ),
    Code(
        "C111",
        "error",
        "line is not a JSON object",
        explanation=(
            "In a file of JSON Lines each line is one whole event: a JSON object in { }, in double "
            "quotes, without a comma at the end. A line that was broken in two, a list of events and "
            "values such as NaN are none. Give numbers as they are or as texts; they are kept digit by "
            "digit."
        ),
        example=(
            "{'kind': 'entity.dissolved'}                 (wrong)\n"
            '{"kind": "entity.dissolved", "date": "2014", "entity": "film", "reason": "sold"}'
        ),
    ),
    Code(
        "C112",
        "error",
        "no event files",
        explanation=(
            "A folder is one history: the .yaml, .yml and .jsonl files that lie directly in it. Here "
            "there are none. A folder within is another history, so name that one when it is meant."
        ),
        example="chronicle --from histories timeline          # when the files are in histories/film/",
    ),
    Code(
        "C113",
        "error",
        "too many problems",
        explanation=(
            "One file has more problems than anybody reads, and only the first ones are shown. Mostly "
            "they are one mistake that was made many times, such as a wrong name of a field. Correct "
            "these, and read the file again."
        ),
        example="a table of ten thousand lines that was turned into events with `kind: x`",
    ),
)
