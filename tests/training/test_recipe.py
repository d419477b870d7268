"""Recipes: ours can be read; what is wrong with another is one sentence."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from lacuna.export import artifact
from lacuna.model.training import recipe as recipes
from lacuna.model.training.loop import rate_at
from lacuna.model.training.recipe import RECIPES, Recipe, RecipeError


@pytest.mark.parametrize("name", [path.stem for path in RECIPES.glob("*.toml")])
def test_ours_can_be_read(name: str):
    assert recipes.read(name).network.vocabulary == recipes.read(name).vocabulary


@pytest.mark.parametrize("name", ["own", "second", "wide", "control"])
def test_what_goes_on_with_the_embedded_denoiser_is_of_its_size(name: str):
    assert recipes.read(name).network == artifact.load(artifact.embedded()).manifest.dimensions


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        ("seed = 5", "seed = 5\nseeds = 6", "seeds"),
        ("seed = 5", "", "seed"),
        ("seed = 5", "seed =", "is not a recipe"),
        ("steps = 3, rows", "rows", "steps"),
        ("vocabulary = 400", "vocabulary = 90000", "the vocabulary must lie between"),
        ("heads = 2", "heads = 3", "heads must divide"),
        ("layers = 3", "layers = 2", "global layer"),
        ("chunks = [1, 4]", "chunks = [4, 1]", "needs chunks"),
        ("chunks = [1, 4]", "chunks = [4]", "chunks"),
        ("micro = 3", "micro = 0", "at least 1"),
        ("statement = 0.3", "sentence = 0.3", "no holes of the kind sentence"),
        ("network = {", "net = {", "network"),
        ("seed = 5", "seed = 'é", "is not a recipe"),
    ],
    ids=lambda value: value,
)
def test_a_fault_is_named(recipe_file: Path, tmp_path: Path, old: str, new: str, sentence: str):
    text = recipe_file.read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "faulty.toml"
    path.write_text(text.replace(old, new), encoding="latin-1")
    with pytest.raises(RecipeError, match=re.escape(sentence)) as raised:
        recipes.read(str(path))
    assert str(path) in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize("name", ["nonsense", "", "/", "small.toml/x"])
def test_a_recipe_that_is_not_there_is_told_from_ours(name: str):
    with pytest.raises(RecipeError, match=r"there is no recipe .*ours are: control, .*wide"):
        recipes.read(name)


@pytest.mark.parametrize(
    ("files", "sentence"),
    [
        ({"top": 'base = "nonsense"'}, r"/top is not a recipe: there is no recipe 'nonsense' to base it on \(ours "),
        ({"top": "base = 7"}, r"/top is not a recipe: there is no recipe 7 to base it on"),
        ({"top": 'base = "top"'}, r"/top is not a recipe: its bases lead back to itself"),
        ({"top": 'base = "a"', "a": 'base = "b"', "b": 'base = "a"'}, r"/a is not a recipe: its bases lead back"),
        ({"top": 'base = "small"\nseeds = 6'}, r"/top is not a recipe: .*seeds"),
        ({"top": 'base = "small"\n[infill]\nlevel = 6'}, r"/top is not a recipe: .*level.*infill"),
        ({"top": 'base = "small"\ninfill = 6'}, r"/top is not a recipe: "),
        ({"top": 'base = "a"', "a": 'base = "small"\nseeds = 6'}, r"/a is not a recipe: .*seeds"),
        ({"top": 'base = "a"', "a": "base ="}, r"/a is not a recipe: "),
        ({"top": 'base = "small"\nvocabulary = 90000'}, r"/top makes no sense: the vocabulary must lie between"),
    ],
    ids=[
        "unknown base", "no name", "its own base", "bases in a circle", "unknown key", "unknown key of a table",
        "no table", "unknown key of the base", "the base cannot be read", "senseless over a base that has sense",
    ],
)  # fmt: skip
def test_a_fault_of_what_is_based_on_another_is_named(tmp_path: Path, files: dict[str, str], sentence: str):
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    with pytest.raises(RecipeError, match=sentence) as raised:
        recipes.read(str(tmp_path / "top"))
    assert "\n" not in str(raised.value)


def test_a_recipe_is_its_base_but_for_what_it_says(tmp_path: Path):
    (tmp_path / "deeper").mkdir()
    (tmp_path / "mine.toml").write_text('base = "small"\nseed = 9\n[infill]\nholes = 5\n[infill.kinds]\nlines = 0.5')
    (tmp_path / "deeper" / "other.toml").write_text('base = "../mine.toml"\n[network]\nlayers = 8')
    small = recipes.read("small")
    mine = replace(
        small, seed=9, infill=replace(small.infill, holes=5, kinds=dict(small.infill.kinds) | {"lines": 0.5})
    )
    assert recipes.read(str(tmp_path / "mine.toml")) == mine
    other = recipes.read(str(tmp_path / "deeper" / "other.toml"))
    assert other == replace(mine, network=replace(small.network, layers=8)), "a base is looked for beside the file"


def test_the_rate_rises_stays_and_falls_to_its_floor(recipe: Recipe):
    rates = [rate_at(recipe, step) for step in range(recipe.steps + 1)]
    assert rates[0] == 0.5
    assert rates[1:5] == [1.0] * 4
    assert rates[4] > rates[5] > rates[6]
    assert rates[-1] == pytest.approx(recipe.optimiser.floor)
