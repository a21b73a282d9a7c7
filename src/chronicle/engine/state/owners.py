"""The answers to who owns whom: effective shares, owners, groups of control."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from attrs import field, frozen

from chronicle.engine.state.answers import Excess
from chronicle.values import Share

if TYPE_CHECKING:
    from chronicle.ownership import Chain, Controlled, Loop, Part, Threshold


@frozen
class Declared:
    """That a source declares ``holder`` to hold something of ``target`` through others.

    ``share`` is None where it states none. It describes chains and adds nothing to them.
    """

    holder: str
    target: str
    basis: str
    share: Share | None
    certain: bool
    events: tuple[str, ...]


@frozen
class Effective:
    """What ``holder`` has of ``target`` at last, through all chains and around all loops.

    ``chains`` are those that bring most, ``all_chains`` says whether these are all. ``around`` is what the
    loops on the way add to them, and chains that are not listed, so that the parts are the whole; None where
    that is nothing, or shares on the way are ranges. ``declared`` has what sources declare to be held through
    others and the chains do not bear out, ``above`` the companies on the way of which more than the whole is
    held, which is counted as stated. ``events`` are the ids of the events behind all of it.
    """

    holder: str
    target: str
    right: str
    share: Share
    chains: tuple[Chain, ...]
    all_chains: bool
    around: Share | None
    loops: tuple[Loop, ...]
    events: tuple[str, ...]
    declared: tuple[Declared, ...] = ()
    above: tuple[Excess, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether it rests on nothing that is only possible, and nothing is declared beyond it."""
        return self.share.certain


@frozen
class Owner:
    """Somebody who has a part of a company, or of whom a part is had: ``entity``, by its id.

    ``entity`` is None where it is not known who has the ``part``, and where nobody has, since the companies
    ``loop`` hold each other wholly, or may. ``type`` is that of the entity; an owner that is neither a person
    nor a government is one of whom no holder is known. ``declared`` is as in ``Effective``.
    """

    entity: str | None
    part: Part
    share: Share
    type: str | None = None
    events: tuple[str, ...] = ()
    loop: tuple[str, ...] = ()
    declared: tuple[Declared, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether it rests on nothing that is only possible."""
        return self.share.certain


@frozen
class Group:
    """Who is controlled by ``top``: ``members``, each after the one that it stands below.

    ``effective`` has of each member what the top has of it at last, in equity; a member of which no finite
    share exists is left out of it.
    """

    top: str
    threshold: Threshold
    members: tuple[Controlled, ...]
    effective: Mapping[str, Share] = field(eq=False)

    def below(self, entity: str) -> tuple[Controlled, ...]:
        """The members that stand right below one, in order of id."""
        found = (member for member in self.members if member.through == entity)
        return tuple(sorted(found, key=lambda member: member.entity))
