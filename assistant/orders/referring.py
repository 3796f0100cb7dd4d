"""What a reference may be to: the stems of a song, and those that were spoken of before.

One rule: what was spoken of last comes first.
"""

from dataclasses import dataclass

from assistant.orders.before import Before
from assistant.orders.families import general_words
from assistant.said_sides import partners


@dataclass(frozen=True)
class Known:
    """The stems of a song, what they are, and what was said and done before."""

    names: tuple[str, ...]
    roles: tuple[str | None, ...]
    before: Before
    anchor: str | None = None

    @property
    def speaker(self) -> str | None:
        """Whom "me" means where several sing: the one that all is judged against."""
        kinds = dict(zip(self.names, self.roles, strict=True))
        several = sum(role == "lead vocal" for role in self.roles) > 1
        sings = self.anchor is not None and kinds.get(self.anchor) == "lead vocal"
        return self.anchor if several and sings else None

    @property
    def spoken(self) -> tuple[str, ...]:
        """The stems that were spoken of last."""
        return self.before.spoken[0] if self.before.spoken else ()

    @property
    def pair(self) -> tuple[str, ...]:
        """The two stems that were spoken of last, the earlier one first; none where not two."""
        turns = self.before.spoken
        if turns and len(turns[0]) == 2:
            return turns[0]
        if len(turns) > 1 and len(turns[0]) == 1:
            if len(turns[1]) == 1 and turns[1] != turns[0]:
                return (*turns[1], *turns[0])
            if len(turns[1]) == 2 and turns[0][0] in turns[1]:
                return turns[1]
        return ()

    def families(self) -> list[tuple[str, ...]]:
        """The stems that are like those spoken of, turn by turn, the latest first."""
        told = []
        for stems in self.before.spoken:
            alike = {other for stem in stems for other in self._alike(stem)}
            told.append(tuple(name for name in self.names if name in alike))
        return told

    def _alike(self, stem: str) -> set[str]:
        """The stems of a stem's role, or with a word of its name that tells none apart."""
        kinds = dict(zip(self.names, self.roles, strict=True))
        own = general_words(stem)
        same = {name for name in self.names if kinds[name] and kinds[name] == kinds[stem]}
        return {stem, *same, *(name for name in self.names if own & general_words(name))}

    def other(self) -> str | None:
        """The partner of the last stem; else the other one of the two that were spoken of."""
        now = self.before.focus if len(self.before.focus) == 1 else self.spoken
        if len(now) != 1:
            return None
        turn = next((t for t in self.before.spoken if len(t) == 2 and now[0] in t), ())
        mates = partners(now[0], self.names, self.roles)
        for others in (set(mates), set(self.pair) - set(now), set(turn) - set(now)):
            if len(others) == 1:
                return others.pop()
        return None
