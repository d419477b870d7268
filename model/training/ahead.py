"""Steps drawn ahead of the network, by processes of their own: a fast device must not wait for hints and chunks."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from torch.utils.data import DataLoader, Dataset

from lacuna.model.tokenizer import Tokenizer
from lacuna.model.training import causal, infilling
from lacuna.model.training.recipe import Recipe
from lacuna.model.training.text import Documents

Step = Sequence[causal.Drawn] | Sequence[infilling.Drawn]


@dataclass(frozen=True)
class Steps(Dataset[Step]):
    """A recipe's steps, drawn when they are asked for by number."""

    recipe: Recipe
    documents: Documents
    tokenizer: Tokenizer

    def __getitem__(self, step: int) -> Step:
        if step < self.recipe.causal.steps:
            return causal.draw(self.recipe, self.documents.tokens, step)
        return infilling.draw(self.recipe, self.documents, self.tokenizer, step)


def drawn_ahead(
    recipe: Recipe, documents: Documents, tokenizer: Tokenizer, steps: range, workers: int
) -> Iterable[Step]:
    """Yield the steps in order, the same with any number of workers."""
    return DataLoader(
        Steps(recipe, documents, tokenizer),
        sampler=steps,
        batch_size=None,
        collate_fn=_as_drawn,
        num_workers=workers,
        prefetch_factor=4 if workers else None,
        multiprocessing_context="fork" if workers else None,
    )


def _as_drawn(step: Step) -> Step:
    return step
