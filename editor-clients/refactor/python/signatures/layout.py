"""From the arguments that a call shall have to replacements in its text, as few and as small as they can be."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from lacuna.refactor.python.signatures.arranging import Added, Item, Kept, Unclear
from lacuna.refactor.python.signatures.calls import Argument, Arguments
from lacuna.refactor.rule import Piece, Replacement
from lacuna.syntax.layout import indentation_of
from lacuna.syntax.lines import line_end, line_start
from lacuna.syntax.spans import Span

Rendered = Callable[[Span], tuple[Piece, ...]]
"""The text of a span, with what is rewritten in it."""


def laid_out(
    text: str, given: Arguments, items: Sequence[Item], rendered: Rendered
) -> tuple[Replacement, ...] | Unclear:
    """Arguments stay where they are if only others come and go; those that change places take each other's."""
    if given.is_generator and any(isinstance(one, Added) or one.keyword for one in items):
        return Unclear("its only argument is a generator without brackets of its own")
    kept = [one for one in items if isinstance(one, Kept)]
    slots = [one for one in given.given if any(item.argument is one for item in kept)]
    layout = _Layout(text, given, slots, rendered)
    found = [one for number, added in enumerate(_between(items)) for one in layout.at_boundary(number, added)]
    found += [one for slot, item in zip(slots, kept, strict=True) for one in layout.put(slot, item)]
    if _has_comments(given, found, is_moved=any(s is not i.argument for s, i in zip(slots, kept, strict=True))):
        return Unclear("comments stand among the arguments that would move or go")
    return merged(found)


def merged(replacements: Sequence[Replacement]) -> tuple[Replacement, ...]:
    """By start; what begins at one place is one, first what inserts."""
    done: list[Replacement] = []
    for one in sorted(replacements, key=lambda one: (one.span.start, one.span.end)):
        if done and done[-1].span.start == one.span.start:
            done[-1] = Replacement(one.span, (*done[-1].pieces, *one.pieces))
        else:
            done.append(one)
    return tuple(done)


def _between(items: Sequence[Item]) -> list[list[Added]]:
    """What is added before each kept argument, and behind the last."""
    found: list[list[Added]] = [[]]
    for item in items:
        if isinstance(item, Added):
            found[-1].append(item)
        else:
            found.append([])
    return found


def _has_comments(given: Arguments, found: Sequence[Replacement], *, is_moved: bool) -> bool:
    gone = [one.span for one in found]
    return bool(given.comments) and (
        is_moved or any(span.start <= one.start < span.end for one in given.comments for span in gone)
    )


@dataclass(frozen=True, slots=True)
class _Layout:
    text: str
    given: Arguments
    slots: Sequence[Argument]
    """The arguments whose places stay."""
    rendered: Rendered

    def put(self, slot: Argument, item: Kept) -> Iterator[Replacement]:
        """Give an argument in a place, by its name if it is to have one."""
        name = f"{item.keyword}=" if item.keyword else ""
        argument = item.argument
        if name and argument.is_walrus:
            yield Replacement(slot.span, (name, "(", *self.rendered(argument.value), ")"))
        elif slot is not argument:
            star = bool(argument.star)
            yield Replacement(slot.span, (name, *self.rendered(argument.span if star else argument.value)))
        elif argument.star or name == f"{argument.name}=" or (not name and not argument.name):
            return
        elif not argument.name:
            yield Replacement(Span(argument.span.start, argument.span.start), (name,))
        elif not name:
            yield Replacement(Span(argument.span.start, argument.value.start), ())
        else:
            start = argument.span.start
            yield Replacement(Span(start, start + len(argument.name)), (item.keyword,))

    def at_boundary(self, number: int, added: Sequence[Added]) -> Iterator[Replacement]:
        """What goes and what comes before the slot of that number, or behind the last one."""
        every = self.given.given
        before = every.index(self.slots[number - 1]) if number else -1
        after = every.index(self.slots[number]) if number < len(self.slots) else len(every)
        dropped = every[before + 1 : after]
        if dropped and added:
            yield Replacement(Span(dropped[0].span.start, dropped[-1].span.end), _joined(added, ", "))
        elif dropped:
            yield Replacement(self._stretch(dropped, before, after), ())
        elif added:
            yield self._inserted(added, before, after)

    def _stretch(self, dropped: Sequence[Argument], before: int, after: int) -> Span:
        """Some arguments with the comma that goes with them."""
        every = self.given.given
        if after < len(every):
            return Span(dropped[0].span.start, every[after].span.start)
        if before >= 0:
            return Span(every[before].span.end, dropped[-1].span.end)
        return self.given.inside

    def _inserted(self, added: Sequence[Added], before: int, after: int) -> Replacement:
        every, inside = self.given.given, self.given.inside
        if not every:
            first = "" if self.text[inside.start - 1] == "(" else ", "  # behind a function that is handed on
            return Replacement(Span(inside.start, inside.start), (first, *_joined(added, ", ")))
        if after < len(every):
            start = every[after].span.start
            return Replacement(Span(start, start), (*_joined(added, self._separator(start)), self._separator(start)))
        last = every[before].span
        separator = self._separator(last.start)
        tail = self.text[last.end : inside.end]
        comma = self._trailing_comma(last.end)
        if comma is None:
            return Replacement(Span(last.end, last.end), (separator, *_joined(added, separator)))
        end = line_end(self.text, comma) if "\n" in tail or "\r" in tail else comma
        if separator == ", ":
            return Replacement(Span(comma, comma), (" ", *_joined(added, separator), ","))
        return Replacement(Span(end, end), (separator[1:], *_joined(added, separator), ","))

    def _separator(self, start: int) -> str:
        """What stands between arguments where one begins: a line of its own is kept."""
        head = self.text[line_start(self.text, start) : start]
        return f",\n{indentation_of(head)}" if head and not head.strip() else ", "

    def _trailing_comma(self, end: int) -> int | None:
        """The offset behind a comma after the last argument."""
        at, stop = end, self.given.inside.end
        while at < stop:
            comment = next((one for one in self.given.comments if one.start == at), None)
            if comment:
                at = comment.end
            elif self.text[at] == ",":
                return at + 1
            else:
                at += 1
        return None


def _joined(added: Sequence[Added], separator: str) -> tuple[Piece, ...]:
    pieces: list[Piece] = []
    for number, item in enumerate(added):
        pieces += [separator] if number else []
        pieces += [f"{item.keyword}="] if item.keyword else []
        pieces += item.pieces
    return tuple(pieces)
