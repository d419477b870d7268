"""Spoils what others wrote, at random, so that much of it is still as it was."""

import copy
import json
import random

HOSTILE = (
    *(None, True, -1, 0, 1, 2, 3, 7, 255, 10**6, 2**31, 2**63, 10**18, 10**400, 0.5, -0.0, 1e300),
    *(
        float("nan"),
        float("inf"),
        "",
        "x" * 10_000,
        "\x1b[2J\x07",
        "\u202e",
        "../x",
        "\ud800",
        [],
        {},
        [[]],
        ["a"] * 999,
    ),
)


def spoilt_json(table: object, chance: random.Random) -> bytes:
    """A value somewhere in it is another, gone, or there once more; or the text is spoilt as any bytes."""
    if chance.random() < 0.2:
        return spoilt_bytes(json.dumps(table).encode(), chance)
    table = copy.deepcopy(table)
    for _ in range(chance.choice((1, 1, 2, 5))):
        if not table:
            break
        at, key = _somewhere(table, chance)
        match chance.randrange(6):
            case 0:
                del at[key]
            case 1 if isinstance(at, dict):
                at[chance.choice(("", "x", "format", "\x1b[2J", "a" * 5000))] = copy.deepcopy(at[key])
            case 2 if isinstance(at, list):
                at.insert(chance.randrange(len(at) + 1), copy.deepcopy(at[key]))
            case 3:
                other, its_key = _somewhere(table, chance)
                at[key] = copy.deepcopy(other[its_key])
            case _:
                at[key] = copy.deepcopy(chance.choice(HOSTILE))
    return json.dumps(table).encode()


def _somewhere(table, chance: random.Random):
    """A container in it and a key there; not only at the leaves."""
    while True:
        key = chance.choice(list(table)) if isinstance(table, dict) else chance.randrange(len(table))
        if not isinstance(table[key], dict | list) or not table[key] or chance.random() < 0.15:
            return table, key
        table = table[key]


def spoilt_bytes(data: bytes, chance: random.Random) -> bytes:
    spoilt = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 8))):
        if not spoilt:
            break
        at, size = chance.randrange(len(spoilt)), chance.choice((1, 2, 8, 100))
        match chance.randrange(6):
            case 0:
                spoilt[at] ^= 1 << chance.randrange(8)
            case 1:
                spoilt[at : at + size] = chance.randbytes(size)
            case 2:
                del spoilt[at : at + size]
            case 3:
                spoilt[at:at] = spoilt[at : at + size]
            case 4:
                spoilt[at : at + 1] = chance.choice((b"\xff" * 9 + b"\x01", b"\x80" * 20, b"\x00", b"\x7f"))
            case 5 if chance.random() < 0.3:
                del spoilt[max(1, at) :]
    return bytes(spoilt) or b"\0"
