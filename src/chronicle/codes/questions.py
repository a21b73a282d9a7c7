"""Codes C6: questions."""

from __future__ import annotations

from chronicle.codes.code import Code

CODES = (
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
        "No event proposes or agrees a deal with this id or, on the command line, this title. The ids of "
        "deals are in the answer for a day, under deals. When several deals have the title, give the id.",
        'history.assume("asset-injektion", on="2015-12-31")',
    ),
    Code(
        "C603",
        "error",
        "deal is not open",
        "Only a deal that is proposed, agreed or approved can be assumed to complete, and on no day before "
        "that. One that has completed needs no assumption, and one that was terminated will not complete.",
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
        "What was passed as a projector cannot work as one, failed at an event, or writes a view that "
        "another projector writes already. A projector has a table from classes of events to functions that "
        "give changes, and names the views that it writes.",
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
    Code(
        "C609",
        "error",
        "no day in between",
        "A timeline was asked for since a date and until an earlier one, so that nothing can lie between. "
        "Both dates are included: the same one twice is that date.",
        "chronicle timeline --since 2015 --until 2014",
    ),
)
