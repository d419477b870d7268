"""What a training step reports: losses, tokens, loss tokens, floating-point operations."""

from dataclasses import dataclass, field

from torch import Tensor

from lacuna.model.training.network import Denoiser


@dataclass(frozen=True, slots=True)
class Part:
    """One micro-batch: the loss to differentiate, and what to log of it."""

    loss: Tensor
    sums: dict[str, Tensor]
    """Sums over loss tokens, by name, in nats; read at the end of a step, for reading waits for the device."""
    tokens: int
    """Positions that went through the network."""
    loss_tokens: int


@dataclass(slots=True)
class Tally:
    """Sums over the parts of one step."""

    sums: dict[str, Tensor] = field(default_factory=dict)
    tokens: int = 0
    loss_tokens: int = 0

    def add(self, part: Part) -> None:
        for name, value in part.sums.items():
            self.sums[name] = self.sums[name] + value.detach() if name in self.sums else value.detach()
        self.tokens += part.tokens
        self.loss_tokens += part.loss_tokens

    def means(self) -> dict[str, float]:
        """Divide by the step's loss tokens; reading the sums waits for the device."""
        return {name: value.item() / max(1, self.loss_tokens) for name, value in self.sums.items()}


LOOKED_UP = ("bigrams", "trigrams", "hint", "role")
"""Parameters that are looked up in, not multiplied by."""


def flops_of_token(network: Denoiser) -> float:
    """Count the operations of forward and backward for one position, attention left out: 6 for each weight."""
    matrices = (p for name, p in network.named_parameters() if p.ndim == 2 and not name.startswith(LOOKED_UP))
    return 6.0 * sum(p.numel() for p in matrices)
