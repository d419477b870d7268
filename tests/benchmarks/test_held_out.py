"""Which holes are drawn from held-out files."""

from hypothesis import given
from hypothesis import strategies as st

from lacuna.benchmarks.evaluation import held_out
from lacuna.model.corpus.files import SourceFile

LINES = st.lists(
    st.sampled_from(["x = 1", "", "   ", "# no", "    # no", "    return y  ", "\tf(a)\x0c", "é = '𝄞'"]), max_size=12
)


def files_of(*amounts):
    text = "".join(f"    name{n} = value{n}\n" for n in range(50))
    return [
        SourceFile(package, f"file{n}.py", text.replace("name", f"{package}{n}"))
        for package, amount in zip("abcdef", amounts, strict=False)
        for n in range(amount)
    ]


@given(texts=st.lists(LINES.map("\n".join), min_size=1, max_size=4), seed=st.integers(0, 9))
def test_every_hole_is_the_rest_of_a_line_of_code(texts, seed):
    drawn = held_out.draw((SourceFile("p", f"{n}.py", text) for n, text in enumerate(texts)), 100, seed=seed)
    for hole in drawn:
        before, after = hole.text[: hole.span.start], hole.text[hole.span.end :]
        prefix = before.rpartition("\n")[2]
        line = prefix + hole.truth
        assert after == "" or after[0] == "\n"
        assert "\n" not in hole.truth
        assert hole.truth.strip()
        assert line.strip()
        assert not line.lstrip().startswith("#")
        assert prefix.strip() or not hole.truth[0].isspace()
    eligible = sum(
        bool(line.strip()) and not line.lstrip().startswith("#") for text in texts for line in text.split("\n")
    )
    assert len(drawn) == min(100, eligible)


def test_packages_have_equal_numbers_and_files_take_turns():
    drawn = held_out.draw(files_of(1, 4, 9), 30, seed=0)
    by_package = [[hole.path for hole in drawn if hole.package == package] for package in "abc"]
    assert [len(paths) for paths in by_package] == [10, 10, 10]
    assert [len(set(paths)) for paths in by_package] == [1, 4, 9]


def test_no_line_is_asked_about_twice():
    drawn = held_out.draw(files_of(1), 1000, seed=0)
    assert len({hole.text.count("\n", 0, hole.span.start) for hole in drawn}) == len(drawn) == 50


def test_columns_reach_from_the_indentation_to_the_last_character():
    drawn = held_out.draw(files_of(3, 3, 3), 450, seed=0)
    columns = {hole.span.start - hole.text.rfind("\n", 0, hole.span.start) - 1 for hole in drawn}
    assert min(columns) == 4
    assert max(columns) == len("    a049 = value49") - 1


def test_the_seed_and_nothing_else_decides():
    files = files_of(3, 3)
    once, again, other = (
        held_out.draw(given, 20, seed=seed) for given, seed in ((files, 1), (files[::-1], 1), (files, 2))
    )
    assert held_out.digest(once) == held_out.digest(again) != held_out.digest(other)


def test_a_package_s_holes_do_not_depend_on_the_other_packages():
    both = held_out.draw(files_of(2, 2), 20, seed=1)
    alone = held_out.draw(files_of(2), 10, seed=1)
    assert [hole for hole in both if hole.package == "a"] == list(alone)


def test_lines_already_asked_about_are_left_out():
    first = held_out.draw(files_of(2, 1), 60, seed=0)
    rest = held_out.draw(files_of(2, 1), 60, seed=0, apart_from=first)
    assert len(rest) == 50
    assert not {(hole.file, hole.span.end) for hole in first} & {(hole.file, hole.span.end) for hole in rest}
