"""The second history that we ship, against the seventeen claims it rests on and the answers it must give.

What each claim became in events/chinavision-2014:

==== ============================================= ===================================================
A01  Reuters: 60 %, HKD 6.24bn (USD 804M), 12.49bn  deal.agreed "chinavision-agreed", and its effects
A02  Reuters: Tencent from 8 to 3.2 %               two stake.observed, before and on completion, and an
                                                    effect of the agreed deal
A03  notice: agreement of 8 March, 12,488,058,846   record.corrected of A01: day, buyer, count
A04  notice: novation of 20 May                     a second deal.agreed, `after` the first: other buyer
A05  notice: meeting of 16 June                     deal.approved, known only once the deal was done
A06  ECNS: completed 24 June, 59.32 %, HKD 6.244bn  deal.completed and stake.acquired, both confirmed
A07  ECNS: 59.32 and 60 %, USD 800M; two names      two rival stake.acquired, two entity.renamed
A08  Hollywood Reporter: 59.6 % in June             rival stake.acquired
A09  Wikipedia: 60 % in March, USD 805M             rival stake.acquired
A10  Wikipedia: renamed in June                     rival entity.renamed
A11  398531.com: renamed in August                  rival entity.renamed, rumoured
A12  ECNS: nearly 9.2 % for HKD 3.1bn, December     deal.agreed, deal.completed and stake.acquired
A13  398531.com: the same on 20 February (sic)      rival stake.acquired, rumoured
A14  398531.com: 60.98 % after December             stake.observed, rumoured
A15  China Daily: 8 % of Enlight, 2 March           rival deal.agreed, and record.corrected of A16's day
A16  China Daily: 8.8 % of Enlight                  deal.agreed, confirmed
A17  Hollywood Reporter: 8.8 % of Enlight           rival deal.agreed
==== ============================================= ===================================================

The USD 804M of A01 are about the agreement, the USD 800M and 805M about the stake that came of it, so
only the latter two disagree with each other and with HKD 6.244bn.
"""

from __future__ import annotations

from pathlib import Path

import pytest

import chronicle
from chronicle.engine.conflicts import Conflict
from chronicle.engine.state import State
from chronicle.events import EntityDeclared, Event, StakeAcquired, knowledge
from chronicle.history import History

GROUP, PICTURES, TENCENT, ENLIGHT = "alibaba-group", "alibaba-pictures", "tencent", "enlight"
COUPLE = "zhao-wei-and-huang-youlong"
DEAL = "chinavision-subscription"
NEW_SHARES = 12_488_058_846

Held = dict[tuple[str, str], list[tuple[str, bool]]]
# By fact: the id that counts, those that do not, what they differ in, the rule.
Told = dict[tuple[str, ...], list[tuple[str, list[str], set[str], str]]]


@pytest.fixture(scope="module")
def files(root: Path) -> History:
    """The history as the files have it."""
    return chronicle.open(root / "events" / "chinavision-2014")


@pytest.fixture(scope="module", params=["files", "store"])
def history(
    request: pytest.FixtureRequest, files: History, tmp_path_factory: pytest.TempPathFactory
) -> History:
    """The same history from its files and from a store into which they were recorded."""
    if request.param == "files":
        return files
    location = tmp_path_factory.mktemp("store") / "corp.db"
    chronicle.open(location, create=True).append(files.events)
    return chronicle.open(location)


def held(state: State) -> Held:
    """Every holding, as text and whether it is sure; on a day inside a window there may be two."""
    found: Held = {}
    for holding in state.holdings():
        found.setdefault((holding.holder, holding.target), []).append((str(holding.share), holding.certain))
    return found


def stages(state: State, deal: str = DEAL) -> list[tuple[str, str, bool]]:
    """Every stage that the deal may have reached: its name, its date and whether it is sure."""
    return [(found.stage, found.since.text, found.certain) for found in state.deals(deal)]


def event(history: History, identifier: str) -> Event:
    """The event with an id, as it was written."""
    return history.events[history.position(identifier) - 1]


# The answers that must hold


def test_on_the_first_of_april_it_was_an_agreed_deal_and_no_stake(history: History) -> None:
    """Of the end of 2014 nobody knew more on 1 April than that a deal was agreed."""
    state = history.as_of("2014-12-31", known="2014-04-01")
    assert state.share(GROUP, PICTURES) is None
    assert stages(state) == [("agreed", "[2014-03-11..2014-03-12]", True)]
    assert state.deals(stage="completed") == ()


def test_at_the_end_of_june_the_stake_was_known_for_sure(history: History) -> None:
    """59.32 %, and the number of shares that the notice had counted."""
    state = history.as_of("2014-12-31", known="2014-06-30")
    (holding,) = state.holdings(GROUP, PICTURES)
    assert (str(holding.share), holding.certain, holding.shares) == ("59.32%", True, NEW_SHARES)
    assert holding.since.text == "2014-06-24"
    assert stages(state) == [("completed", "2014-06-24", True)]


def test_on_the_first_of_april_it_was_agreed_and_not_held_by_all_we_know(history: History) -> None:
    """An encyclopedia has 60 % in March; that claim does not count against the report of the completion."""
    state = history.as_of("2014-04-01")
    assert state.share(GROUP, PICTURES) is None
    assert state.candidates(GROUP, PICTURES) == (None,)
    assert stages(state) == [("agreed", "2014-03-08", True)]


BEFORE: Held = {(TENCENT, PICTURES): [("8%", True)]}
DONE: Held = {(GROUP, PICTURES): [("59.32%", True)], (TENCENT, PICTURES): [("3.2%", True)]}
SINCE_2015: Held = {
    (GROUP, PICTURES): [("59.32%", True)],
    (TENCENT, PICTURES): [("3.2%", True)],
    (COUPLE, PICTURES): [("~9.2%", True)],
}


@pytest.mark.parametrize(
    ("day", "holdings", "stage", "name"),
    [
        ("2014-03-07", {}, [], "ChinaVision Media Group"),
        ("2014-03-08", {}, [("agreed", "2014-03-08", True)], "ChinaVision Media Group"),
        ("2014-03-12", BEFORE, [("agreed", "2014-03-08", True)], "ChinaVision Media Group"),
        ("2014-05-20", BEFORE, [("agreed", "2014-05-20", True)], "ChinaVision Media Group"),
        ("2014-06-16", BEFORE, [("approved", "2014-06-16", True)], "ChinaVision Media Group"),
        ("2014-06-23", BEFORE, [("approved", "2014-06-16", True)], "ChinaVision Media Group"),
        ("2014-06-24", DONE, [("completed", "2014-06-24", True)], "ChinaVision Media Group"),
        ("2014-06-25", DONE, [("completed", "2014-06-24", True)], "Alibaba Pictures Group"),
        (
            "2014-12-15",
            {**DONE, (COUPLE, PICTURES): [("~9.2%", False)]},
            [("completed", "2014-06-24", True)],
            "Alibaba Pictures Group",
        ),
        (
            "2014-12-31",
            {**DONE, (COUPLE, PICTURES): [("~9.2%", True)]},
            [("completed", "2014-06-24", True)],
            "Alibaba Pictures Group",
        ),
        ("2015-06-30", SINCE_2015, [("completed", "2014-06-24", True)], "Alibaba Pictures Group"),
        (
            "2016-02-29",
            {**SINCE_2015, (GROUP, PICTURES): [("59.32%", True)]},
            [("completed", "2014-06-24", True)],
            "Alibaba Pictures Group",
        ),
    ],
)
def test_what_was_so_by_all_we_know(
    history: History, day: str, holdings: Held, stage: list[tuple[str, str, bool]], name: str
) -> None:
    """Holdings, stage of the deal and name on the days that matter, with nothing else held."""
    state = history.as_of(day)
    assert held(state) == holdings
    assert stages(state) == stage
    found = state.entity(PICTURES)
    assert (found.name, found.certain) == (name, True)


@pytest.mark.parametrize(
    ("day", "known", "holdings", "stage"),
    [
        ("2016", "2014-03-11", {}, []),
        ("2014-03-11", "2014-03-12", {}, [("agreed", "[2014-03-11..2014-03-12]", False)]),
        ("2016", "2014-03-12", BEFORE, [("agreed", "[2014-03-11..2014-03-12]", True)]),
        # The notice has the day of signing and the novation; of the meeting it only says when.
        ("2014-03-08", "2014-05-22", {}, []),
        ("2014-03-08", "2014-05-23", {}, [("agreed", "2014-03-08", True)]),
        ("2014-06-20", "2014-06-20", BEFORE, [("agreed", "2014-05-20", True)]),
        ("2014-06-24", "2014-06-24", BEFORE, [("agreed", "2014-05-20", True)]),
        ("2014-06-20", "2014-06-25", BEFORE, [("approved", "2014-06-16", True)]),
        ("2014-06-24", "2014-06-25", DONE, [("completed", "2014-06-24", True)]),
        # The couple bought in December, and it was told at the end of January.
        ("2014-12-31", "2015-01-26", DONE, [("completed", "2014-06-24", True)]),
        (
            "2014-12-31",
            "2015-01-27",
            {**DONE, (COUPLE, PICTURES): [("~9.2%", True)]},
            [("completed", "2014-06-24", True)],
        ),
        # A page without a date counts as known late, so it changes no answer of 2015.
        (
            "2015-12-31",
            "2015-12-31",
            {**DONE, (COUPLE, PICTURES): [("~9.2%", True)]},
            [("completed", "2014-06-24", True)],
        ),
    ],
)
def test_what_was_known_then(
    history: History, day: str, known: str, holdings: Held, stage: list[tuple[str, str, bool]]
) -> None:
    """Nothing is used before the report that has it: not the completion, not the correction."""
    state = history.as_of(day, known=known)
    assert held(state) == holdings
    assert stages(state) == stage


def test_nothing_was_known_before_the_first_report(history: History) -> None:
    """The first source is of 12 March 2014."""
    assert history.timeline(known="2014-03-11") == ()
    assert history.as_of("2016", known="2014-03-11").holdings() == ()
    assert history.conflicts(known="2014-03-11") == ()


@pytest.mark.parametrize(
    ("day", "known", "buyer"),
    [
        ("2014-04-01", "2014-04-01", GROUP),
        ("2014-04-01", None, "alibaba-investment"),
        ("2014-05-19", None, "alibaba-investment"),
        ("2014-05-20", None, "ali-cv-investment-holding"),
        ("2014-12-31", None, "ali-cv-investment-holding"),
    ],
)
def test_who_the_buyer_is(history: History, day: str, known: str | None, buyer: str) -> None:
    """A unit of the group at first; by the notice a named subsidiary, and from 20 May another one."""
    (deal,) = history.as_of(day, known=known).deals(DEAL)
    assert deal.parties == (buyer, PICTURES)
    assert deal.title == "Subscription of new shares of ChinaVision"


def test_the_ticker_is_that_of_the_first_report(history: History) -> None:
    """1060.HK, before the new name and after it."""
    for day in ("2014-03-12", "2015"):
        assert history.as_of(day).entity(PICTURES).identifiers == (("ticker", "1060.HK"),)


def test_how_the_stake_went(history: History) -> None:
    """Nothing until the completion; then 59.32 %. A page that sees 60.98 % later does not outweigh it."""
    spans = history.spans(GROUP, PICTURES)
    assert [(str(span.value.share), span.begin.text, span.end and span.end.text) for span in spans] == [
        ("59.32%", "2014-06-24", None),
    ]
    assert [span.events for span in spans] == [("chinavision-stake",)]


def test_tencent_is_diluted_without_a_sale(history: History) -> None:
    """From 8 to 3.2 % on the day on which the new shares were issued; no source has the number of all."""
    course = [(str(span.value.share), span.value.stale) for span in history.spans(TENCENT, PICTURES)]
    assert course == [("8%", False), ("8%", True), ("3.2%", False)]
    assert history.as_of("2015").shares(PICTURES) is None
    assert not any(holding.stale for holding in history.as_of("2014-06-24").holdings())
    assert not any(event.kind == "stake.disposed" for event in history.timeline())


def test_how_the_name_went(history: History) -> None:
    """The name that one report prints besides is kept, and was never the name on any day."""
    names = [span.value.name for span in history.spans(PICTURES, view="names")]
    assert names == ["ChinaVision Media Group", "Alibaba Film Group", "Alibaba Pictures Group"]
    for day in ("2014-06-24", "2014-06-25", "2014-06-26", "2014-08-31"):
        assert history.as_of(day).entity(PICTURES).name != "Alibaba Film Group"


@pytest.mark.parametrize(
    ("day", "known", "party"),
    [
        ("2015-03-03", "2015-03-04", "hangzhou-alibaba-venture-capital"),
        ("2015-03-03", "2015-03-05", GROUP),
        ("2015-03-02", None, GROUP),
        ("2016-12-31", None, GROUP),
    ],
)
def test_enlight_is_agreed_and_never_held(history: History, day: str, known: str | None, party: str) -> None:
    """No source reports a completion. The day of signing stays when the second report prevails."""
    state = history.as_of(day, known=known)
    assert stages(state, "enlight-purchase") == [("agreed", "2015-03-02", True)]
    assert [deal.parties for deal in state.deals("enlight-purchase")] == [(party, ENLIGHT)]
    assert state.holdings(target=ENLIGHT) == ()


def test_what_if_the_purchase_of_enlight_were_done(history: History) -> None:
    """8.8 %, as two papers have it; by the first report alone it would have been 8 %."""
    assumed = history.assume("enlight-purchase", on="2015-06-30")
    assert held(assumed.as_of("2015-06-30"))[GROUP, ENLIGHT] == [("8.8%", True)]
    by_the_first = assumed.as_of("2015-06-30", known="2015-03-04")
    assert held(by_the_first)[GROUP, ENLIGHT] == [("8%", True)]
    assert (GROUP, ENLIGHT) not in held(history.as_of("2015-06-30"))


def test_what_if_the_subscription_had_been_done_by_the_terms_of_march(history: History) -> None:
    """By what was known on 1 April: 60 % for the group, 3.2 % for Tencent, 12.49 billion new shares."""
    completion = {"id": "done", "kind": "deal.completed", "date": "2014-05-01", "deal": DEAL}
    state = history.assume(events=[completion]).as_of("2014-05-01", known="2014-04-01")
    assert held(state) == {(GROUP, PICTURES): [("60%", True)], (TENCENT, PICTURES): [("3.2%", True)]}
    assert [holding.shares for holding in state.holdings(GROUP)] == [12_490_000_000]


# Claims that disagree


def told(conflicts: tuple[Conflict, ...]) -> Told:
    """The conflicts by fact."""
    found: Told = {}
    for each in conflicts:
        others = [other.id for other in each.others]
        found.setdefault(each.fact, []).append((each.chosen.id, others, set(each.differ), each.rule))
    return found


MAIN_STAKE = ("stake", GROUP, PICTURES, "equity")


def test_every_disagreement_is_listed_and_no_other(history: History) -> None:
    """Stake, couple, Enlight and name; and the page that sees another stake later."""
    assert told(history.conflicts()) == {
        MAIN_STAKE: [
            (
                "chinavision-stake",
                [
                    "chinavision-stake-by-the-text-of-ecns",
                    "chinavision-stake-by-the-lead-of-ecns",
                    "chinavision-stake-by-hollywood-reporter",
                    "chinavision-stake-by-wikipedia",
                    "alibaba-observed-by-398531",
                ],
                {"share", "day"},
                "confirmed outweighs the others",
            ),
        ],
        ("stake", COUPLE, PICTURES, "equity"): [
            (
                "zhao-wei-stake",
                ["zhao-wei-stake-by-398531"],
                {"count", "amount", "day"},
                "reported outweighs the others",
            )
        ],
        ("deal", "enlight-purchase", "deal.agreed"): [
            (
                "enlight-agreed",
                ["enlight-agreed-at-first-report", "enlight-agreed-by-hollywood-reporter"],
                {"effects", "day"},
                "confirmed outweighs the others",
            )
        ],
        ("name", PICTURES): [
            (
                "renamed-by-ecns",
                ["renamed-by-wikipedia", "renamed-by-398531"],
                {"day"},
                "confirmed outweighs the others",
            )
        ],
    }


def test_the_claims_of_the_stake_keep_their_figures(history: History) -> None:
    """59.32, 60 and 59.6 %; HKD 6.244bn, USD 800M and 805M; March, June, and two days of June."""
    (conflict,) = (each for each in history.conflicts() if each.fact == MAIN_STAKE)
    claims = [each for each in (conflict.chosen, *conflict.others) if isinstance(each, StakeAcquired)]
    assert [
        (str(claim.holds), None if claim.price is None else str(claim.price), claim.date.text)
        for claim in claims
    ] == [
        ("59.32%", "HKD 6244000000", "2014-06-24"),
        ("59.32%", "USD 800M", "2014-06-25"),
        ("60%", None, "2014-06-25"),
        ("59.6%", None, "2014-06"),
        ("60%", "USD 805M", "2014-03"),
    ]


def test_the_claims_of_the_couples_purchase_keep_their_errors(history: History) -> None:
    """As the page has them: a day in February, a hundred billion shares."""
    page = event(history, "zhao-wei-stake-by-398531")
    assert isinstance(page, StakeAcquired)
    assert page.shares is not None
    assert (page.date.text, page.shares.value, str(page.price)) == (
        "2014-02-20",
        106_093_000_000,
        "HKD 3088000000",
    )
    assert page.confidence == "rumoured"
    assert "0.6" in str(page.note)
    assert history.as_of("2014-02-28").holdings() == ()


def test_the_couples_purchase_has_the_figures_of_the_news_report(history: History) -> None:
    """About 9.2 %, 1.93 billion shares, HKD 3.1bn."""
    (holding,) = history.as_of("2014-12-31").holdings(COUPLE)
    assert (str(holding.share), holding.shares) == ("~9.2%", 1_930_000_000)
    report = event(history, "zhao-wei-stake")
    assert isinstance(report, StakeAcquired)
    assert str(report.price) == "HKD 3100000000"


def test_the_claims_of_the_deal_with_enlight_keep_their_figures(history: History) -> None:
    """8 or 8.8 %, for CNY 2.4bn or USD 380M."""
    (conflict,) = (each for each in history.conflicts() if each.fact[1] == "enlight-purchase")
    effects = [dict(claim.effects[0].fields) for claim in (conflict.chosen, *conflict.others)]  # type: ignore[attr-defined]
    assert [(str(effect["share"]), str(effect["price"])) for effect in effects] == [
        ("8.8%", "CNY 2400000000"),
        ("8%", "CNY 2400000000"),
        ("8.8%", "USD 380M"),
    ]


@pytest.mark.parametrize(
    ("known", "facts"),
    [
        ("2014-06-25", 0),
        ("2014-06-26", 1),
        ("2015-03-04", 1),
        ("2015-03-05", 2),
        ("2016-02-28", 2),
        ("2016-02-29", 4),
    ],
)
def test_a_disagreement_begins_with_the_second_source(history: History, known: str, facts: int) -> None:
    """One source alone disagrees with nobody."""
    assert len(history.conflicts(known=known)) == facts


def test_why_shows_who_says_so_and_who_says_otherwise(history: History) -> None:
    """The stake at the end of 2014: one event, its source, and four claims that do not count."""
    (reason,) = history.why(GROUP, PICTURES, as_of="2014-12-31").reasons
    (step,) = reason.steps
    assert step.event.id == "chinavision-stake"
    assert [source.publisher for source in step.event.sources] == ["ECNS"]
    assert str(step.knowledge.day) == "2014-06-25"
    publishers = [each.sources[0].publisher for each in reason.contradicted_by]
    assert publishers == ["ECNS", "ECNS", "Hollywood Reporter", "Wikipedia (2016 dump)", "398531.com"]


def test_why_shows_the_correction(history: History) -> None:
    """The deal rests on the first report, as the notice put it right; before that, on the report alone."""
    (reason,) = history.why(DEAL, as_of="2014-04-01", view="deals").reasons
    assert [each.id for each in reason.steps[0].corrections] == ["chinavision-agreed-corrected"]
    (earlier,) = history.why(DEAL, as_of="2014-04-01", view="deals", known="2014-04-01").reasons
    assert earlier.steps[0].corrections == ()


# What the sources say

REUTERS = "http://www.reuters.com/article/chinavision-alibaba-idUSL3N0M900U20140312"
NOTICE = (
    "https://www.marketscreener.com/quote/stock/ALIBABA-PICTURES-GROUP-LI-6170812/news/"
    "Chinavision-Media-NOTICE-OF-SPECIAL-GENERAL-MEETING-in-PDF-18487889/"
)
BAZHESC = "http://www.bazhesc.com/learning-Chinese/2014/06-25/120893.shtml"
ECNS_JUNE = "http://ecns.cn/cns-wire/2014/06-26/121070.shtml"
HOLLYWOOD = (
    "https://www.hollywoodreporter.com/business/business-news/alibaba-buys-stake-chinas-enlight-779113/"
)
WIKIPEDIA = "http://the-uncensored-wiki.com:20161/2016-wikipedia_en_all_2016-02/A/Alibaba_Pictures_Group.html"
PAGE = "http://398531.com/HotMovies/fifspxkwzz.html"
ECNS_JANUARY = "http://ecns.cn/business/2015/01-27/152443.shtml"
DAILY_4 = "https://global.chinadaily.com.cn/bizchina/tech/2015-03/04/content_19718122.htm"
DAILY_5 = "https://global.chinadaily.com.cn/business/tech/2015-03/05/content_19723412.htm"


@pytest.mark.parametrize(
    ("claim", "url", "published", "identifiers"),
    [
        ("A01", REUTERS, "2014-03-12", ["chinavision-agreed", "chinavision-ticker"]),
        ("A02", REUTERS, "2014-03-12", ["chinavision-agreed", "tencent-before", "tencent-diluted"]),
        ("A03", NOTICE, "2014-05-23?", ["chinavision-agreed-corrected"]),
        ("A04", NOTICE, "2014-05-23?", ["chinavision-novated"]),
        ("A05", NOTICE, "2014-05-23?", ["chinavision-approved"]),
        ("A06", BAZHESC, "2014-06-25", ["chinavision-completed", "chinavision-stake"]),
        (
            "A07",
            ECNS_JUNE,
            "2014-06-26",
            [
                "chinavision-stake-by-the-text-of-ecns",
                "chinavision-stake-by-the-lead-of-ecns",
                "renamed-by-ecns",
                "renamed-by-ecns-as-film-group",
            ],
        ),
        ("A08", HOLLYWOOD, "2015-03", ["chinavision-stake-by-hollywood-reporter"]),
        ("A09", WIKIPEDIA, "2016-02", ["chinavision-stake-by-wikipedia"]),
        ("A10", WIKIPEDIA, "2016-02", ["renamed-by-wikipedia"]),
        ("A11", PAGE, None, ["renamed-by-398531"]),
        ("A12", ECNS_JANUARY, "2015-01-27", ["zhao-wei-agreed", "zhao-wei-completed", "zhao-wei-stake"]),
        ("A13", PAGE, None, ["zhao-wei-stake-by-398531"]),
        ("A14", PAGE, None, ["alibaba-observed-by-398531"]),
        ("A15", DAILY_4, "2015-03-04", ["enlight-agreed-at-first-report", "enlight-agreed-corrected"]),
        ("A16", DAILY_5, "2015-03-05", ["enlight-agreed"]),
        ("A17", HOLLYWOOD, "2015-03", ["enlight-agreed-by-hollywood-reporter"]),
    ],
)
def test_every_claim_is_there_with_its_source(
    files: History, claim: str, url: str, published: str | None, identifiers: list[str]
) -> None:
    """The note names the claim; the source has its address, and its date as precisely as that is given."""
    for identifier in identifiers:
        written = event(files, identifier)
        assert claim in str(written.note)
        (source,) = (source for source in written.sources if source.url == url)
        assert (None if source.published is None else source.published.text) == published
        assert source.retrieved is None


def test_no_event_is_without_a_source_and_none_is_known_by_guess(files: History) -> None:
    """A page without a date would count as known from the day it tells of: before it could be written."""
    for each in files.timeline():
        assert each.sources, each.id
        assert not knowledge(each).assumed, each.id
        assert knowledge(each).day >= each.date.earliest, each.id
    undated = [each for each in files.timeline() if all(source.url == PAGE for source in each.sources)]
    assert [each.known and each.known.text for each in undated] == ["2016-02"] * 3


def test_the_first_report_was_put_right_by_the_notice(files: History) -> None:
    """The day, the buyer and the count; what was written stays as it was written."""
    written = event(files, "chinavision-agreed")
    (corrected,) = (each for each in files.timeline() if each.id == written.id)
    (before,) = (each for each in files.timeline(known="2014-05-22") if each.id == written.id)
    assert before == written
    assert (before.date.text, corrected.date.text) == ("[2014-03-11..2014-03-12]", "2014-03-08")
    counts = [str(dict(effect.fields)["shares"]) for effect in corrected.effects[:2]]  # type: ignore[attr-defined]
    assert [count.replace(",", "") for count in counts] == [str(NEW_SHARES)] * 2


def test_every_entity_that_is_named_is_declared(files: History) -> None:
    """No id without a name, and no name that nobody speaks of."""
    declared = {each.entity for each in files.events if isinstance(each, EntityDeclared)}
    assert set(files.entity_ids()) == declared
    spoken_of = {entity for entity in declared if files.timeline(entity)}
    assert spoken_of == declared


# As a whole


def test_check_finds_nothing(files: History) -> None:
    """Claims that do not count raise no doubts: they stand among the conflicts.

    The meeting and the dilution were foretold by their sources; they are `reported`, and known only
    once they were so, which is why they raise no C409.
    """
    assert files.check() == ()
    assert files.check(known="2015-12-31") == ()


def test_recorded_twice_changes_nothing(files: History, tmp_path: Path) -> None:
    """The store has each event once, and says the same on every day that matters, known then or now."""
    store = chronicle.open(tmp_path / "corp.db", create=True)
    assert store.append(files.events) == len(files.events)
    assert store.append(files.events) == 0
    assert chronicle.open(tmp_path / "corp.db").events == files.events
    days = sorted({edge for each in files.timeline() for edge in (each.date.earliest, each.date.latest)})
    for known in (None, *sorted({knowledge(each).day for each in files.timeline()})):
        for day in days:
            assert store.as_of(day, known=known) == files.as_of(day, known=known)
        assert store.timeline(known=known) == files.timeline(known=known)
        assert store.conflicts(known=known) == files.conflicts(known=known)


def test_the_folder_is_a_history_of_its_own(files: History, root: Path) -> None:
    """It is not read with the history of the folder above it, nor that one with it."""
    above = {each.id for each in chronicle.open(root / "events").timeline()}
    assert above.isdisjoint({each.id for each in files.timeline()} - {"chinavision-stake"})
    assert len(files.timeline(kinds=["stake.acquired"])) == 7
