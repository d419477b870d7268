"""What a shop has, and what it is worth; `lacuna refactor` says which types go in and out."""

import json


class Item:
    def __init__(self, name, count):
        self.name = name
        self.count = count

    def __str__(self):
        return f"{self.count} {self.name}"


class Stock:
    def __init__(self, items):
        self.items = items

    def find(self, name):
        for item in self.items:
            if item.name == name:
                return item
        return None

    def is_empty(self):
        return not self.items

    def total(self) -> int:
        return sum(item.count for item in self.items)


def load(name):
    with open(name) as file:
        rows = json.load(file)
    return Stock([Item(row["name"], row["count"]) for row in rows])
