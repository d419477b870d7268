"""Drafts: the canvases of all candidates between two steps of a sampler."""

from dataclasses import dataclass

import numpy as np

from lacuna.model.denoiser import Bools, Floats, Ints


@dataclass(frozen=True, slots=True)
class Drafts:
    """All candidates between two steps."""

    step: int
    slots: Ints  # (B, N), the mask where masked and past a canvas' end
    lengths: Ints  # (B,)
    scores: Floats  # (B,) log-probability of what is committed and of where it ends
    mask: int

    @property
    def masked(self) -> Bools:
        """(B, N), past a canvas' end False."""
        return np.asarray((self.slots == self.mask) & (np.arange(self.slots.shape[-1]) < self.lengths[:, None]))
