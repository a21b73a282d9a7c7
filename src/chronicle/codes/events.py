"""Codes C2: events and their fields."""

from __future__ import annotations

from chronicle.codes.code import Code

CODES = (
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
)
