"""Codes C3: values."""

from __future__ import annotations

from chronicle.codes.code import Code

CODES = (
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
)
