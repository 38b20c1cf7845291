"""English plurals and singulars, used through :class:`~vivialconnect.common.util.Util`.

Only the last part of a compound is inflected: ``number`` in ``phone_number``. It is looked up in
the word tables, then in the ending tables. The rules apply to all other words.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from re import Pattern
from typing import NamedTuple

#: Words with one form for singular and plural.
UNCOUNTABLE = frozenset(
    """
    advice aircraft billing bison chaos chassis clothes corps debris deer equipment feedback
    firmware fish furniture goldfish hardware headquarters homework information jeans jellyfish
    knowledge luggage means metadata misinformation money moose music news offspring police rice
    salmon scissors series sheep shellfish shrimp software spacecraft species starfish swine tennis
    traffic trousers trout weather wildlife css dns gps https ios mms sms tls
    """.split()  # noqa: SIM905 - a list of words is read as text
)


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split() for pair in text.split(","))


#: Whole words, singular to plural.
IRREGULAR_WORDS = _pairs(
    """
    afterlife afterlives, alumnus alumni, axis axes, basis bases, cactus cacti, codex codices,
    crisis crises, criterion criteria, dormouse dormice, elf elves, ellipsis ellipses,
    emphasis emphases, fungus fungi, genesis geneses, goose geese, leaf leaves, life lives,
    louse lice, metamorphosis metamorphoses, mouse mice, nemesis nemeses, neurosis neuroses,
    nucleus nuclei, oasis oases, octopus octopi, ox oxen, phenomenon phenomena,
    psychosis psychoses, radius radii, sheaf sheaves, stimulus stimuli, synopsis synopses,
    terminus termini, testis testes, titmouse titmice
    """
)

#: Endings of words, singular to plural. The longest match is used. The last merely end like "man".
IRREGULAR_ENDINGS = _pairs(
    """
    alias aliases, bus buses, calf calves, child children, foot feet, gnosis gnoses,
    half halves, index indices, knife knives, loaf loaves, lysis lyses, man men,
    matrix matrices, person people, quiz quizzes, scarf scarves, self selves, shelf shelves,
    status statuses, thesis theses, thief thieves, tooth teeth, vertex vertices, virus viri,
    wharf wharves, wife wives, wolf wolves,
    cayman caymans, german germans, human humans, norman normans, ottoman ottomans,
    roman romans, shaman shamans, talisman talismans
    """
)

#: Words that add "es" and match no rule: singular words in -s, and some words in -o.
TAKES_ES = frozenset(
    """
    abacus apparatus atlas bias bonus campus canvas census chorus circus consensus corpus cosmos
    crocus focus gas genius hiatus iris lens lotus minus nexus pelvis platypus plus prospectus
    rhinoceros sinus surplus thesaurus trellis walrus buffalo echo embargo hero mosquito potato
    tomato torpedo veto volcano
    """.split()  # noqa: SIM905 - a list of words is read as text
)

#: Words that add "s": exceptions to the rules.
TAKES_S = frozenset(
    """
    abuse ache apache avalanche brioche cache creche headache moustache mustache niche pastiche
    psyche quiche toothache crevasse finesse impasse lacrosse pickaxe posse bowtie brownie calorie
    cookie die genie hoodie lie magpie movie necktie pie pixie prairie rookie selfie sortie tie
    zombie canoe doe floe foe hoe horseshoe oboe shoe tiptoe toe woe epoch loch matriarch monarch
    patriarch stomach tech academia beta delta encyclopedia fiesta india iota magnolia mafia mania
    militia pasta phobia pizzeria quota siesta theta utopia vista zeta abdomen bitumen cyclamen
    lumen omen regimen specimen stamen
    """.split()  # noqa: SIM905 - a list of words is read as text
)

#: Rules for all other words. The first match is used.
PLURAL_RULES = (
    (r"([^aeiouy]|qu)y\Z", r"\1ies"),
    (r"(x|ch|ss|sh|tz|zz)\Z", r"\1es"),
    (r"sis\Z", r"ses"),
    (r"([ti])um\Z", r"\1a"),
    (r"([ti])a\Z", r"\1a"),
    (r"s\Z", r"s"),
    (r"\Z", r"s"),
)
SINGULAR_RULES = (
    (r"([^aeiouy]|qu)ies\Z", r"\1y"),
    (r"(x|ch|ss|sh|tz|zz)es\Z", r"\1"),
    (r"(ss|sis)\Z", r"\1"),
    (r"oes\Z", r"o"),
    (r"([ti])a\Z", r"\1um"),
    (r"s\Z", r""),
)

#: The last part of a compound: after a separator, a digit, or a lower-case letter.
LAST_PART = re.compile(r"(?:[A-Z]+[a-z]*|[a-z]+)\Z")


class Direction(NamedTuple):
    """The tables and rules for one direction: singular to plural, or plural to singular."""

    words: dict[str, str]
    endings: list[tuple[str, str]]
    rules: list[tuple[Pattern[str], str]]

    def inflect(self, word: str) -> str:
        """Return the inflected word in the case of the given word."""
        match = LAST_PART.search(word)
        part = match.group() if match else ""
        return word[: len(word) - len(part)] + _match_case(part, self._inflect_part(part.lower()))

    def _inflect_part(self, part: str) -> str:
        if part in self.words:
            return self.words[part]
        for ending, replacement in self.endings:
            if part.endswith(ending):
                return part[: len(part) - len(ending)] + replacement
        for pattern, replacement in self.rules:
            if pattern.search(part):
                return pattern.sub(replacement, part)
        return part


def _match_case(part: str, inflected: str) -> str:
    """Return the inflected word in the case of the given word.

    A plural that only adds letters to an abbreviation adds lower-case letters: URL, URLs.
    """
    lower = part.lower()
    shared = 0
    for old, new in zip(lower, inflected):
        if old != new:
            break
        shared += 1
    rest = inflected[shared:]
    is_capitals = part.isupper() and shared < len(part)
    return part[:shared] + (rest.upper() if is_capitals else rest)


def _make_direction(
    words: dict[str, str], endings: dict[str, str], rules: Iterable[tuple[str, str]]
) -> Direction:
    """Build a direction. Words that are already inflected stay unchanged."""
    known = {word: word for word in (*UNCOUNTABLE, *words.values())}
    ends = {**{ending: ending for ending in endings.values()}, **endings}
    return Direction(
        {**known, **words},
        sorted(ends.items(), key=lambda pair: len(pair[0]), reverse=True),
        [(re.compile(pattern), replacement) for pattern, replacement in rules],
    )


def _reversed(pairs: dict[str, str]) -> dict[str, str]:
    return {plural: singular for singular, plural in pairs.items()}


_WORDS = {
    **IRREGULAR_WORDS,
    **{word: word + "es" for word in TAKES_ES},
    **{word: word + "s" for word in TAKES_S},
}
_TO_PLURAL = _make_direction(_WORDS, IRREGULAR_ENDINGS, PLURAL_RULES)
_TO_SINGULAR = _make_direction(_reversed(_WORDS), _reversed(IRREGULAR_ENDINGS), SINGULAR_RULES)


# Cached: a resource class derives its names at each request.
@lru_cache(maxsize=512)
def pluralize(singular: str) -> str:
    """Return the plural of a word."""
    return _TO_PLURAL.inflect(singular) if singular else ""


@lru_cache(maxsize=512)
def singularize(plural: str) -> str:
    """Return the singular of a word."""
    return _TO_SINGULAR.inflect(plural) if plural else ""
