"""A ledger: entries, their balance, and a report of both. `make demo` fills what is missing."""

from dataclasses import dataclass


@dataclass
class Entry:
    date: str
    text: str
    amount: int


class Ledger:
    def __init__(self, name):
        self.name = <fill>
        self.entries = []

    def add(self, date, text, amount):
        entry = Entry(date, text, amount)
        self.entries.append(<fill>)
        return entry

    def balance(self):
        total = 0
        for entry in self.<fill>:
            total += entry.amount
        return total

    def largest(self):
        largest = None
        for entry in self.entries:
            if largest is None or entry.amount > largest.amount:
                largest = entry
        return largest

    def report(self):
        lines = [self.name]
        for entry in self.entries:
            lines.append(f"{entry.date} {entry.text} {entry.amount}")
        return "\n".join(lines)
