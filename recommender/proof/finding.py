"""What a step of the proof claims, the figure it found, and whether the figure bears it out."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """``figure`` is in words with its numbers; ``passed`` was computed from those numbers."""

    claim: str
    figure: str
    passed: bool

    @property
    def text(self) -> str:
        """For the terminal."""
        return f"{'PASS' if self.passed else 'FAIL'}  {self.claim}\n      {self.figure}"

    @property
    def row(self) -> str:
        """For a Markdown table of claim, figure and verdict."""
        return f"| {self.claim} | {self.figure} | {'pass' if self.passed else '**fail**'} |"

    def as_json(self) -> dict[str, Any]:
        return asdict(self)
