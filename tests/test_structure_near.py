"""The ties next to one entity, of a register that is too large to be drawn."""

from __future__ import annotations

import chronicle
from chronicle.cli.made_up import made
from chronicle.engine.state.graph import structure_near
from chronicle.history import History


def test_what_is_next_to_an_entity_is_what_the_whole_graph_has_one_step_away() -> None:
    """The same entities and the same ties, for every company of a made history."""
    history = History(made(400).events)
    state = history.as_of("2015")
    for entity in history.entity_ids()[:60]:
        near, whole = structure_near(state, entity, 10_000), state.graph(entity, depth=1, most=10_000)
        assert {node.id for node in near.nodes} == {node.id for node in whole.nodes}
        assert {*near.edges} == {*whole.edges}


def test_of_many_ties_the_largest_are_drawn_and_the_rest_is_counted() -> None:
    """The picture says how many are left out."""
    history = chronicle.open("memory:", create=True)
    history.append(
        [
            {"kind": "stake.acquired", "date": "2014", "holder": "fund", "target": f"t{n}", "share": f"{n}%"}
            for n in range(1, 31)
        ],
        declared=False,
    )
    near = structure_near(history.as_of("2015"), "fund", 11)
    assert {node.id for node in near.nodes} == {"fund", *(f"t{n}" for n in range(21, 31))}
    assert near.left_out == 20
    assert "20" in near.notes[-1]
