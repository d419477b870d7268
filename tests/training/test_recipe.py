"""Recipes: ours can be read; what is wrong with another is one sentence."""

import re
from pathlib import Path

import pytest

from lacuna.export import artifact
from lacuna.model.training import recipe as recipes
from lacuna.model.training.loop import rate_at
from lacuna.model.training.recipe import RECIPES, Recipe, RecipeError


@pytest.mark.parametrize("name", [path.stem for path in RECIPES.glob("*.toml")])
def test_ours_can_be_read(name: str):
    assert recipes.read(name).network.vocabulary == recipes.read(name).vocabulary


@pytest.mark.parametrize("name", ["own", "more", "wide", "control"])
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


@pytest.mark.parametrize("name", ["nonsense", "", "/", "spine.toml/x"])
def test_a_recipe_that_is_not_there_is_told_from_ours(name: str):
    with pytest.raises(RecipeError, match=r"there is no recipe .*ours are: .*spine"):
        recipes.read(name)


def test_the_rate_rises_stays_and_falls_to_its_floor(recipe: Recipe):
    rates = [rate_at(recipe, step) for step in range(recipe.steps + 1)]
    assert rates[0] == 0.5
    assert rates[1:5] == [1.0] * 4
    assert rates[4] > rates[5] > rates[6]
    assert rates[-1] == pytest.approx(recipe.optimiser.floor)
