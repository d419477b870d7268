"""The kinds of holes that are asked about, where `lacuna eval holes --help` reads them and loads nothing else."""

import enum


class HoleKind(enum.StrEnum):
    """What is hidden. All but the first and the last are drawn by the code that draws holes to train on."""

    REST_OF_LINE = "rest-of-line"
    """From a random character of a line of code to its end."""
    WITHIN_LINE = "within-line"
    """Between two random places of a line, a third of them inside words."""
    LINES = "lines"
    """One to four whole lines, from the first one's indentation on."""
    STATEMENT = "statement"
    EXPRESSION = "expression"
    ARGUMENTS = "arguments"
    CONDITION = "condition"
    BODY = "body"
    JOINT = "joint"
    """Two or three neighbouring holes, mostly within lines."""
