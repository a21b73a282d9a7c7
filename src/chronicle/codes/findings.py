"""Codes C4: findings of ``check``."""

from __future__ import annotations

from chronicle.codes.code import Code

CODES = (
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
            "consolidated, and nothing brought it back in between. That a role, a listing or another tie of "
            "it ends, or a deal is called off, is no act. It can be right, as when a liquidator sells; "
            "mostly the successor acted, a date is wrong, or an entity.reinstated is missing."
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
            "`holds` do not add up. A share agrees with one that is stated to fewer digits, and a share "
            "stated as about (~) with what is near it; nothing else rounds to 0% or to 100%. Add what "
            "happened in between, "
            "or correct the event that is wrong; `chronicle why` shows where the other value comes from. An "
            "observation that agrees changes nothing: it confirms what stands."
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
            "The dates of some events overlap, several of their orders make as much sense, and the answer "
            "depends on which is taken. Nothing that depends on it is certain: from the earliest to the last "
            "of their days all that may be so is possible, and afterwards what every order says is certain. "
            "Where nothing better is known of the dates, say which one came later with `after`. Orders that "
            "lead to the same are not reported, nor are those that make less sense, as an end before its "
            "beginning. Where more than eight events share a time their orders are not compared."
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
            "Two events under two ids are of one kind, can be of one day, and say the same: mostly one thing "
            "that was taken from two sources, or with two dates, and that now counts twice. Keep one of them "
            "with both sources, and retract the other. Where both happened, say `apart: yes` on one of them. "
            "What several publishers tell of one purchase or issue is counted once, and is no such finding."
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
            "holds stakes or owns units; or listings, roles, memberships, partnerships, control and open "
            "deals name it, and nobody said what became of them. These are only possible from then on. A "
            "merger moves what the absorbed company holds and owns; a dissolution moves nothing by itself. "
            "Add the events by which it passed on or ended."
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
    Code(
        "C415",
        "error",
        "assertion does not hold",
        explanation=(
            "A `stake.observed` with `check: yes` asserts that the events before it come to the observed "
            "value, and they do not. The finding gives both values, how far they are apart, and the events "
            "behind each. Add what happened in between, or correct the event that is wrong."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 60%}\n"
            "  - {kind: stake.observed, date: 2015, holder: group, target: film, holds: 55%, check: yes}"
        ),
    ),
    Code(
        "C416",
        "warning",
        "an event that changes nothing",
        explanation=(
            "An event ends what was not known to stand, completes a deal that nobody proposed or agreed, "
            "splits or cancels shares of which nobody said how many there are, or reinstates what had not "
            "ended. It is kept, and no answer changes by it. Mostly a name or a role is spelled in another "
            "way than where it began, or the event by which it began is missing; the help names what stands "
            "nearest. An end that a second source tells again is no such finding."
        ),
        example=(
            "events:\n"
            "  - {kind: role.appointed, date: 2014-03, person: ann, entity: film, role: director}\n"
            "  - {kind: role.ended, date: 2015-06, person: ann, entity: film, role: Director}"
        ),
    ),
    Code(
        "C420",
        "warning",
        "taken in by two",
        explanation=(
            "One entity is absorbed by two others, or absorbed by one and consolidated into another, and "
            "was not reinstated in between. One of the two must be wrong, and nobody can tell which: what it "
            "held and owned is shown with both, and is only possible. Retract one of the two."
        ),
        example=(
            "events:\n"
            "  - {kind: merger.absorbed, date: 2014-03-11, survivor: group, absorbed: film}\n"
            "  - {kind: merger.absorbed, date: 2014-03-11, survivor: fund, absorbed: film}"
        ),
    ),
    Code(
        "C419",
        "warning",
        "lots are added up",
        explanation=(
            "Several records of one publisher give one holder a stake of one right in one target. They are "
            "taken as lots of one holding and add up; an update or an end of one leaves the others. Records "
            "that say the same share from the same time are one lot told twice, and a record that begins "
            "while an earlier one, whose end is known, still runs replaces that one; neither is added. If "
            "the records are one stake all the same, retract all but one of them."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.observed, date: 2014-03, holder: group, target: film, holds: 30%, lot: r1}\n"
            "  - {kind: stake.observed, date: 2015-06, holder: group, target: film, holds: 20%, lot: r2}"
        ),
    ),
    Code(
        "C417",
        "warning",
        "told by several, counted once",
        explanation=(
            "Several publishers tell of a purchase, a sale, an investment, or an issue, cancellation or "
            "split of shares: of the same parties and right, on days that can be the same, and of amounts "
            "that can be the same, within their digits or within a tenth. They are taken as one happening "
            "and counted once, in the narrowest window that all allow. The notices of a buyer and a seller "
            "are one happening too, and so are an effect of a deal and an event that tells the same. If "
            "these are separate, say `apart: yes` on one of them; a correction can say it too."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.acquired, date: 2014-03, holder: group, target: film, share: 30%,\n"
            "     sources: [{publisher: Post}]}\n"
            "  - {kind: stake.acquired, date: 2014-03-11, holder: group, target: film, share: 30%,\n"
            "     sources: [{publisher: Times}]}"
        ),
    ),
    Code(
        "C418",
        "warning",
        "it is open which happening a claim tells",
        explanation=(
            "A claim can tell either of several happenings, and it is counted with one of them. What these "
            "come to is possible and never certain: the claim may also be of a happening of its own. Give it "
            "a narrower date, or say `apart: yes` on it if it is. Of some hundred claims of one stake whose "
            "dates overlap and whose amounts can be the same not all are compared: all are only possible."
        ),
        example=(
            "events:\n"
            "  - {kind: stake.acquired, date: 2014-03-11, holder: group, target: film, share: 30%,\n"
            "     sources: [{publisher: Post}]}\n"
            "  - {kind: stake.acquired, date: 2014-05-24, holder: group, target: film, share: 30%,\n"
            "     sources: [{publisher: Post}]}\n"
            "  - {kind: stake.acquired, date: 2014, holder: group, target: film, share: 30%,\n"
            "     sources: [{publisher: Times}]}"
        ),
    ),
    Code(
        "C421",
        "note",
        "a law changed the answer",
        explanation=(
            "An event means something else than it did in 0.1.0, which went by the earliest possible day "
            "alone, let every end wipe out what stood, and took for the same only what is literally equal. "
            "`check` says so of every event that was recorded in a store before the laws came, 28 November "
            "2026, and with `--laws` of every event of any history. It has what 0.1.0 answered and what "
            "the answer is now, and the help names the section of docs/meanings.md. It is no doubt, and "
            "`check` ends with 0 where there is nothing else. Where 0.1.0 was right, say what it went by, in "
            "a correction: a narrower date, `after`, `ends` or `apart: yes`."
        ),
        example=(
            "events:\n"
            "  - {kind: role.appointed, date: 2012-03-05, person: ann, entity: film, role: director}\n"
            "  - {kind: role.ended, date: '[..2014]', person: ann, entity: film, role: director}"
        ),
    ),
)
