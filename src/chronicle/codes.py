"""The table of codes: every problem that Chronicle can report, by its stable code.

C1 reading files · C2 events and their fields · C3 values · C4 findings of ``check`` ·
C5 stores · C6 questions. A code is never reused and never changes its meaning.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Literal

from attrs import frozen

Severity = Literal["error", "warning"]


@frozen
class Code:
    """One kind of problem. ``explanation`` says why it is one and what to do; ``example`` provokes it."""

    code: str
    severity: Severity
    title: str
    explanation: str = ""
    example: str = ""


_ALL = (
    # C1: reading files
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
            "because it has a colon and a space, a quote or a bracket in it."
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
    # C2: events and their fields
    Code(
        "C201",
        "error",
        "unknown kind",
        explanation=(
            "The kind says what sort of thing happened, and so which fields belong to it and what it "
            "changes. An event of a kind that nobody knows would change nothing without a word. The help "
            "names the nearest kind; `chronicle schema` has all of them with their fields."
        ),
        example=(
            "- kind: stake.bought                         # wrong\n"
            "- kind: stake.acquired                       # right"
        ),
    ),
    Code(
        "C202",
        "error",
        "unknown field",
        explanation=(
            "This kind of event has no such field, so what it says would be lost. Mostly the name is "
            "misspelt, or belongs to another kind: the one who buys a stake is the `holder`, the one who "
            "sells it the `seller`. What fits nowhere can go into `note`."
        ),
        example="- {kind: stake.acquired, date: 2014-03, holder: group, target: film, seler: fund}",
    ),
    Code(
        "C203",
        "error",
        "missing field",
        explanation=(
            "Without this field the event does not say enough to be replayed. Every event needs a kind "
            "and a date; what else, the help lists. Where a source leaves something open, say so with the"
            " forms for it: `share: ?` for a share that was not disclosed, a wide date such as "
            "[..2015-04] for one that is not known better."
        ),
        example="- {kind: stake.acquired, date: 2014-03, share: 60%}",
    ),
    Code(
        "C204",
        "error",
        "unknown entity",
        explanation=(
            "An event names an entity by its id, and no file declares that id. Without this rule a "
            "misspelt id would silently be another company. Correct the spelling, or declare the entity "
            "under `entities:` in any file of the folder; an entity.founded declares it as well."
        ),
        example=(
            "entities:\n"
            "  - {id: taobao-movie, name: Taobao Movie, type: unit}\n"
            "events:\n"
            "  - {kind: unit.launched, date: 2014, unit: tao-bao-movie, owner: alibaba-group}"
        ),
    ),
    Code(
        "C205",
        "error",
        "event id used twice",
        explanation=(
            "The id of an event is what corrections, sources of an answer and stores refer to, so it can "
            "mean only one event, for ever. Give one of the two another id. Events without an id get one "
            "made of their date, kind and subject; where two have these in common, the second one needs "
            "an id of its own."
        ),
        example=(
            "- {id: bought, kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 10%}\n"
            "- {id: bought, kind: stake.acquired, date: 2015-06, holder: group, target: film, share: 5%}"
        ),
    ),
    Code(
        "C206",
        "error",
        "not an id",
        explanation=(
            "Ids stand in files, addresses and commands, so they are plain: lower-case letters and "
            "digits, with single - . _ : between them, up to 200 characters. The name, in any script, "
            "goes into `name`; the id stays when the name changes."
        ),
        example=(
            "holder: Alibaba Group                        # wrong\n"
            "holder: alibaba-group                        # right"
        ),
    ),
    Code(
        "C207",
        "error",
        "entity declared twice",
        explanation=(
            "Two declarations of one id contradict each other, or soon will. Keep one. If it changed its "
            "name, that is an event, entity.renamed; if they are two entities, they need two ids."
        ),
        example=(
            "entities:\n"
            "  - {id: film, name: Film, type: company}\n"
            "  - {id: film, name: Film Holdings, type: company}"
        ),
    ),
    Code(
        "C208",
        "error",
        "unknown deal",
        explanation=(
            "An event belongs to a deal, or brings it to a stage, that no deal.proposed or deal.agreed "
            "has started. Effects of a deal that nobody announced could never happen. Correct the "
            "spelling of the deal, or add the event that starts it."
        ),
        example="- {kind: deal.completed, date: 2015-12, deal: asset-injektion}",
    ),
    Code(
        "C209",
        "error",
        "not an effect",
        explanation=(
            "An effect is what happens when a deal completes: a kind and its fields. When it happens, and"
            " who says so, comes from the event that completes the deal, so an effect has no id, date, "
            "known or sources. A stage of a deal, a declaration or a correction cannot be an effect."
        ),
        example=(
            "effects:\n"
            "  - {kind: unit.transferred, unit: yulebao, from: group, to: film, date: 2015-12}    # no date"
        ),
    ),
    Code(
        "C210",
        "error",
        "fields that do not add up to an event",
        explanation=(
            "Each field is right, but together they do not say what such an event has to say: a stake "
            "without any amount, for example. The help says what is missing. Write `share: ?` when the "
            "amount was not disclosed; unknown is not zero."
        ),
        example="- {kind: stake.acquired, date: 2014-03, holder: group, target: film}",
    ),
    Code(
        "C211",
        "error",
        "not one of the allowed words",
        explanation=(
            "This field takes one of a few words, so that questions and counts by it mean the same in "
            "every file. The help lists them. What is more precise than any of them can go into `note`."
        ),
        example=(
            "right: vote                                  # wrong\n"
            "right: votes                                 # right"
        ),
    ),
    Code(
        "C212",
        "error",
        "correction that cannot be applied",
        explanation=(
            "A correction puts fields of an event right; what the event is, when it could be known and "
            "its id stay. Otherwise the answer to what was known on a day would change after the fact. "
            "Retract the event with record.retracted and record it anew."
        ),
        example=(
            "- {kind: record.corrected, date: 2015, target: bought, set: {kind: stake.disposed}, reason: it "
            "sold}"
        ),
    ),
    Code(
        "C213",
        "error",
        "correction of an unknown event",
        explanation=(
            "A correction or a retraction names the event that it is about by its id, and no event has "
            "this one. An event without an id in the file has the one that `chronicle timeline --json` "
            "shows. Correct the spelling, or give the event an id to refer to."
        ),
        example="- {kind: record.retracted, date: 2015, target: bougth, reason: never happened}",
    ),
    Code(
        "C214",
        "error",
        "corrections in a circle",
        explanation=(
            "Each of these events corrects or retracts the next one, and the last one the first, or one "
            "corrects itself. Which of them holds has no answer. Let one of them name the event that was "
            "wrong in the first place, and take the others out."
        ),
        example=(
            "- {id: a, kind: record.retracted, date: 2015-01, target: b, reason: it was right}\n"
            "- {id: b, kind: record.retracted, date: 2015-02, target: a, reason: it was right}"
        ),
    ),
    # C3: values
    Code(
        "C301",
        "error",
        "not a date",
        explanation=(
            "A date is a year, a quarter, a month or a day, with the year first: 2014, 2014-Q3, 2014-03, "
            "2014-03-11. Add ~ for about and ? for uncertain. For a day between two others write "
            "[2014-03..2014-05], for one by or after another [..2014-09] or [2014-09..]. Write it as "
            "precisely as the source does, and no more: a month is not its first day."
        ),
        example=(
            "date: March 2014                             # wrong\n"
            "date: 2014-03                                # right"
        ),
    ),
    Code(
        "C302",
        "error",
        "not a share",
        explanation=(
            "A share is a percentage or a fraction of the whole: 60%, 3/8. It can be a range, 25-50%, "
            ">50% or <=3.2%, and ? when it was not disclosed. A plain number could mean 0.6 % or 60 %, so"
            " the sign is never left out; and no share is below nothing or above all."
        ),
        example=(
            "share: 0.6                                   # wrong\n"
            "share: 60%                                   # right"
        ),
    ),
    Code(
        "C303",
        "error",
        "not an amount of money",
        explanation=(
            "An amount of money is the code of a currency (ISO 4217) and a number: USD 800M, HKD "
            "6244000000, CNY 2.4bn. Add ~ in front for about; write a range as USD 800-805M, and "
            "undisclosed when it is not told. A sign such as $ is that of many currencies."
        ),
        example=(
            "price: $800M                                 # wrong\n"
            "price: USD 800M                              # right"
        ),
    ),
    Code(
        "C304",
        "error",
        "not a count",
        explanation=(
            "A count of shares is a whole number, with or without commas, or one with k, M or bn: "
            "12488058846, 12,488,058,846, 12.488bn. Add ~ in front for about. Half a share is none."
        ),
        example=(
            "shares: 12.5                                 # wrong\n"
            "shares: 12.5M                                # right"
        ),
    ),
    Code(
        "C305",
        "error",
        "not a ratio",
        explanation=(
            "A ratio says how many new shares each old one becomes, new before old, in whole numbers: 2:1"
            " is a split of each share into two, 1:10 makes one of ten."
        ),
        example=(
            "ratio: 2 for 1                               # wrong\n"
            "ratio: 2:1                                   # right"
        ),
    ),
    Code(
        "C306",
        "error",
        "not yes or no",
        explanation=(
            "This field takes yes or no (or true or false), in lower case. When it is not known, leave "
            "the field out."
        ),
        example=(
            "ipo: maybe                                   # wrong\n"
            "ipo: yes                                     # right"
        ),
    ),
    Code(
        "C307",
        "error",
        "not a source",
        explanation=(
            "A source must lead somewhere: it needs a publisher, a title or an address, and an address "
            "must be one that can be followed. What cannot be looked up proves nothing."
        ),
        example=(
            "sources:\n"
            "  - {published: 2014-03-11}                  # wrong\n"
            "  - {publisher: Reuters, published: 2014-03-11}"
        ),
    ),
    Code(
        "C308",
        "error",
        "date without an end",
        explanation=(
            "A question as of a date is answered for its last day, and a date such as [2014-09..] has "
            "none. Ask about one day, month, quarter or year."
        ),
        example="chronicle as-of '[2014-09..]'",
    ),
    Code(
        "C309",
        "error",
        "not a text",
        explanation=(
            "A text is missing or cannot be shown: nothing stands after the colon, or there is a control "
            "character in it, which can make a terminal do or show something else. Leave out a field that"
            " has nothing to say. Names and titles are one line; only a note, a quote and a reason may "
            "have several."
        ),
        example=(
            "jurisdiction:                                # wrong: nothing given\n"
            "jurisdiction: HK                             # right"
        ),
    ),
    # C4: findings of check
    Code(
        "C401",
        "warning",
        "disposed of more than was held",
        explanation=(
            "Somebody gives up a larger share, or more shares, than the events before it add up to; or "
            "nothing was known to be held at all. The seller that an acquisition names counts as well, "
            "and so does what a demerger hands out. Mostly an acquisition is missing, or the amount or "
            "the date is wrong. What is left is taken to be nothing. Correct the amount, or add the "
            "stake.acquired or stake.observed that comes before."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 10%}\n"
            "  - {kind: stake.disposed, date: 2015-06, holder: group, target: film, share: 20%}"
        ),
    ),
    Code(
        "C402",
        "warning",
        "shares above 100 %",
        explanation=(
            "On some day the shares that are certainly held of one target, in one right, add up to more "
            "than there is. Of a range only its lower end counts, of an unknown share nothing, and up to "
            "0.1 percentage points are put down to rounding. Mostly a disposal is missing: name the "
            "seller in the acquisition, or add a stake.disposed."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 60%}\n"
            "  - {kind: stake.acquired, date: 2015-06, holder: fund, target: film, share: 50%}"
        ),
    ),
    Code(
        "C403",
        "warning",
        "unit with two owners",
        explanation=(
            "On some day a business unit certainly belongs to several owners; or it is handed over by "
            "somebody who was not known to own it. Mostly a transfer is missing, or its `from` is wrong. "
            "Nothing is repaired: the unit is shown with every owner that it was given."
        ),
        example=(
            "events:\n"
            "  - {kind: unit.launched, date: 2014-03, unit: ticketing, owner: group}\n"
            "  - {kind: unit.transferred, date: 2015-06, unit: ticketing, from: fund, to: film}"
        ),
    ),
    Code(
        "C404",
        "warning",
        "acts before it was founded",
        explanation=(
            "An event names an entity on a date that lies wholly before the date on which it was founded. "
            "Names, identifiers and observed stakes do not count as acts. Correct one of the two dates, "
            "or name the predecessor that acted. Where sources know several foundings, the earliest "
            "counts."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.acquired, date: 2013, holder: group, target: film, share: 10%}\n"
            "  - {kind: entity.founded, date: 2014-03, entity: film, name: Film, type: company}"
        ),
    ),
    Code(
        "C405",
        "warning",
        "acts after it was dissolved",
        explanation=(
            "An event names an entity on a date that lies wholly after it was dissolved, absorbed or "
            "consolidated, and nothing brought it back in between. It can be right, as when a liquidator "
            "sells; mostly the successor acted, a date is wrong, or an entity.reinstated is missing."
        ),
        example=(
            "events:\n"
            "  - {kind: entity.dissolved, date: 2014-03, entity: film, reason: wound up}\n"
            "  - {kind: partnership.agreed, date: 2015, parties: [film, group], subject: a series}"
        ),
    ),
    Code(
        "C406",
        "warning",
        "deal completed before it was proposed",
        explanation=(
            "A deal reaches a stage on a date that lies wholly before an earlier stage; or it is "
            "completed after it was terminated, terminated after it was completed, or completed twice. A "
            "deal that is taken up again needs a new deal.proposed or deal.agreed. The effects of a deal "
            "happen once."
        ),
        example=(
            "events:\n"
            "  - {kind: deal.completed, date: 2015-03, deal: swap}\n"
            "  - {kind: deal.proposed, date: 2015-04, deal: swap, title: Swap, parties: [group, film]}"
        ),
    ),
    Code(
        "C407",
        "warning",
        "observed value disagrees",
        explanation=(
            "A source saw another value than the one that the events before it lead to. The observed "
            "value stands from then on. The same is said of a purchase or a sale whose own `share` and "
            "`holds` do not add up. A share that was worked out agrees with one that is stated to fewer "
            "digits, and a share stated as about (~) with what is near it. Add what happened in between, "
            "or correct the event that is wrong; `chronicle why` shows where the other value comes from."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 60%}\n"
            "  - {kind: stake.observed, date: 2015-06-30, holder: group, target: film, holds: 49%}"
        ),
    ),
    Code(
        "C408",
        "warning",
        "order is a guess",
        explanation=(
            "Two events change the same thing, their dates overlap, and what comes out depends on which "
            "came first. They are taken in the order of their earliest day, then of their latest, then of "
            "their kind, then as they were written. Where nothing better is known of the dates, say which "
            "one came later with `after`. Two that only add or take away are not reported, as their order "
            "changes nothing in the end."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.acquired, date: 2014-03, holder: group, target: film, holds: 60%}\n"
            "  - {kind: stake.acquired, date: 2014-03-11, holder: group, target: film, share: 5%}"
        ),
    ),
    Code(
        "C409",
        "warning",
        "event later than the source that reports it",
        explanation=(
            "The source was published before the event, so it can only have announced it. Correct the "
            "date of the one or the other. Of something that is only announced, make a deal.proposed or "
            "deal.agreed; or add the source that saw it happen and leave the announcement out."
        ),
        example=(
            "events:\n"
            "  - {kind: project.released, date: 2015-09-08, project: film, where: China,\n"
            "     sources: [{publisher: Gazette, published: 2015-09-07}]}"
        ),
    ),
    Code(
        "C410",
        "warning",
        "the same event twice",
        explanation=(
            "Two events under two ids are of one kind, of one date, and say the same in every field of "
            "their own: mostly one thing that was taken from two sources, and that now counts twice. Keep "
            "one of them with both sources, and retract the other."
        ),
        example=(
            "events:\n"
            "  - {id: bought, kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 10%}\n"
            "  - {id: again, kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 10%}"
        ),
    ),
    Code(
        "C411",
        "warning",
        "'after' cannot be followed",
        explanation=(
            "`after` names the event that this one must follow. Here it names none of this history, or "
            "itself, or several events name each other in a circle; then it is left out of account. Or it "
            "names one whose date is wholly later: that is followed, and one of the two dates must be "
            "wrong."
        ),
        example=(
            "events:\n"
            "  - {id: bought, kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 10%,\n"
            "     after: bought}"
        ),
    ),
    Code(
        "C412",
        "warning",
        "share is stale after an issue",
        explanation=(
            "New shares were issued, or shares cancelled, and a holding that is known only as a share of "
            "the old number was not stated again. How much it is now nobody can tell, so it is shown as "
            "it was and marked stale. Give the total before and after (`total` on shares.issued), or add "
            "a stake.observed."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 60%}\n"
            "  - {kind: shares.issued, date: 2015-06, issuer: film, shares: 4.199bn}"
        ),
    ),
    Code(
        "C413",
        "warning",
        "dissolved, but still holds",
        explanation=(
            "An entity was dissolved, absorbed or consolidated, and on the day after it still certainly "
            "holds stakes or owns units. A merger moves what the absorbed company has; a dissolution "
            "moves nothing by itself. Add the events by which it passed on."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 60%}\n"
            "  - {kind: entity.dissolved, date: 2015-06, entity: group, reason: wound up}"
        ),
    ),
    Code(
        "C414",
        "warning",
        "holds itself",
        explanation=(
            "One entity is on both sides of an event: it holds, buys from, absorbs, controls or owns "
            "itself. Mostly one of the two ids is wrong. A company that holds its own shares is right, "
            "and such a finding can stay."
        ),
        example="events:\n  - {kind: stake.acquired, date: 2014-03, holder: film, target: film, share: 5%}",
    ),
    # C5: stores
    Code(
        "C501",
        "error",
        "not a store",
        "The path leads to something else: an empty file, a file of another program, an SQLite database "
        "of something else. Nothing was written to it. Give the path of a store; `chronicle record FILES "
        "--into STORE` makes one where there is no file.",
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
        "There is no file, no right to read or write it, no room on the disk, or no such kind of store. "
        "The message has the reason. Nothing of the append was kept, unless it is there when you read "
        "again.",
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
        "SQLite cannot read the file, or finds that its structure is broken. Nothing was repaired, for a "
        "repair may drop records without a word. Restore a backup.",
        "chronicle verify half-copied.db",
    ),
    # C6: questions
    Code(
        "C601",
        "error",
        "no such entity",
        "No event names an entity with this id or name, or it has no name yet on that day. Ids are exact; "
        "a name may be given in upper or lower case. When several entities have the name, give the id.",
        "chronicle timeline alibaba-picture",
    ),
    Code(
        "C602",
        "error",
        "no such deal",
        "No event proposes or agrees a deal with this id. The ids of deals are in the answer for a day, "
        "under deals.",
        'history.assume("asset-injektion", on="2015-12-31")',
    ),
    Code(
        "C603",
        "error",
        "deal is not open",
        "Only a deal that is proposed, agreed or approved can be assumed to complete. One that has "
        "completed needs no assumption, and one that was terminated will not complete.",
        'history.assume("asset-injection", on="2016-12-31")  # when it has completed already',
    ),
    Code(
        "C604",
        "error",
        "no history to read",
        "There is nothing at the source, or no source was named and neither `./events` nor "
        "`./chronicle.db` is here. The source is what `--from` says, else `CHRONICLE_SOURCE`, else "
        "`./events`, else `./chronicle.db`.",
        "chronicle --from no-such-folder timeline",
    ),
    Code(
        "C605",
        "error",
        "no such code",
        "Codes are a C and three digits, as in `error[C204]`. Without a code, `chronicle explain` lists "
        "all of them.",
        "chronicle explain C999",
    ),
    Code(
        "C606",
        "error",
        "no such view",
        "Facts stand in views such as holdings, units or roles, and no projector of this history writes a "
        "view of that name, or its key has no part of that name. A view of your own is there when its "
        "projector is passed to `chronicle.open`.",
        'state.view("holding")',
    ),
    Code(
        "C607",
        "error",
        "not a projector",
        "What was passed as a projector cannot work as one, or writes a view that another projector "
        "writes already. A projector has a table from classes of events to functions, and names its views.",
        'chronicle.open("events", projectors=[mine, mine])',
    ),
    Code(
        "C608",
        "error",
        "no such event",
        "No event of the history has this id. Ids are in the JSON of the timeline and in the events "
        "behind every value.",
        'history.position("chinavision-steak")',
    ),
)

CODES = MappingProxyType({code.code: code for code in _ALL})
