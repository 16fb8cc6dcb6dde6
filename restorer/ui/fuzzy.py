"""How well a few typed letters fit a title."""

from __future__ import annotations

from dataclasses import dataclass

_START_OF_WORD = 8.0
_ADJACENT = 10.0
_LETTER = 1.0
_FIRST = 4.0
_GAP = 0.2
_LENGTH = 0.05


@dataclass(frozen=True, slots=True)
class Match:
    """``score`` is higher the better; ``places`` are the letters of the title that were typed."""

    score: float
    places: tuple[int, ...]


def match(query: str, title: str) -> Match | None:
    """The best way to find the letters of ``query``, in order, in ``title``; None where they are not in it.

    Case and spaces of the query mean nothing. Letters at the start of words and next to each other count most, as in
    the palettes of code editors; the best placing is found by dynamic programming over title and query.

    An empty query fits everything equally.
    """
    wanted = [letter.lower() for letter in query if not letter.isspace()]
    if not wanted:
        return Match(0.0, ())
    letters = [letter.lower() for letter in title]
    # best[i]: the best placing of the letters so far whose last one is title[i].
    best: list[Match | None] = [None] * len(letters)
    for number, letter in enumerate(wanted):
        placed: list[Match | None] = [None] * len(letters)
        leader: tuple[float, Match] | None = None  # of all that end before here, gaps counted up to here
        for place, there in enumerate(letters):
            if number and place:
                before = best[place - 1]
                if leader is not None:
                    leader = (leader[0] - _GAP, leader[1])
                if before is not None and (leader is None or before.score > leader[0]):
                    leader = (before.score, before)
            if there != letter:
                continue
            worth = _LETTER + (_START_OF_WORD if _starts_word(title, place) else 0.0) + (_FIRST if place == 0 else 0.0)
            if number == 0:
                placed[place] = Match(worth - _GAP * place, (place,))
                continue
            choices = [] if leader is None else [(leader[0], leader[1])]
            adjacent = best[place - 1] if place else None
            if adjacent is not None:
                choices.append((adjacent.score + _ADJACENT, adjacent))
            if choices:
                score, rest = max(choices, key=lambda choice: choice[0])
                placed[place] = Match(score + worth, (*rest.places, place))
        best = placed
    found = [one for one in best if one is not None]
    if not found:
        return None
    top = max(found, key=lambda one: one.score)
    return Match(top.score - _LENGTH * len(title), top.places)


def _starts_word(title: str, place: int) -> bool:
    if place == 0:
        return True
    before, here = title[place - 1], title[place]
    return not before.isalnum() or (before.islower() and here.isupper())
