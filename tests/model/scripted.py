"""A denoiser that knows the answer: slot i is answer[i], with a probability of its own."""

import numpy as np

from lacuna.model.denoiser import Prediction, Vocabulary

SPELLINGS = (b"", b"", b"", b"", b"p", b"pr", b"print", b"in", b"t", b"(", b"r", b")")
MASK, SPECIAL = 1, 4
VOCABULARY = Vocabulary(SPELLINGS, MASK)


class Script:
    """`lengths`: how likely each length is; the last token and probability stand for all that follow."""

    def __init__(self, answer, probabilities, lengths):
        self.answer, self.probabilities, self.lengths = answer, probabilities, lengths
        self.calls = []

    def __call__(self, slots, lengths):
        self.calls.append((slots.copy(), lengths.copy()))
        logits = np.zeros((*slots.shape, len(SPELLINGS)), np.float32)
        logits[..., :SPECIAL] = 50.0  # never to be chosen, and no part of any probability
        existence = np.zeros(slots.shape, np.float32)
        for slot in range(slots.shape[1]):
            p = self.probabilities[min(slot, len(self.probabilities) - 1)]
            token = self.answer[min(slot, len(self.answer) - 1)]
            logits[:, slot, token] = np.log(p / (1 - p) * (len(SPELLINGS) - SPECIAL - 1))
            survival = sum(share for length, share in self.lengths.items() if length > slot)
            existence[:, slot] = np.log(max(survival, 1e-6) / max(1 - survival, 1e-6))
        return Prediction(logits, existence)
