"""Line charts as SVG text, drawn by hand: they stand in the documents and need no library."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import ceil, floor, isnan, log10

WIDTH, HEIGHT = 760, 420
LEFT, RIGHT, TOP, BOTTOM = 64, 220, 44, 52
COLOURS = (
    "#0b6e4f", "#c44536", "#2b59c3", "#8f5c0d", "#7b2d8b", "#3d6b73", "#8a8d91", "#111111",
)  # fmt: skip
DASHES = ("", "7 4", "2 3")
Y_TICKS = 6


@dataclass(frozen=True)
class Line:
    """One curve: points (x, y) in ascending x, and where known an interval (low, high) of each."""

    name: str
    points: Sequence[tuple[float, float]]
    intervals: Sequence[tuple[float, float]] = ()


@dataclass(frozen=True)
class _Scale:
    """From values to pixels."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        low, high, at = (
            (log10(v) for v in (self.low, self.high, value))
            if self.log
            else (self.low, self.high, value)
        )
        share = (at - low) / (high - low) if high > low else 0.5
        return self.start + share * (self.end - self.start)


def chart(
    lines: Sequence[Line], *, title: str, x_label: str, y_label: str, log_x: bool = False
) -> str:
    """An SVG document. Every line has a colour and, from the ninth on, a dash of its own.

    Intervals are drawn as whiskers. ``log_x`` needs positive x. Raises ValueError without a point.
    """
    xs = sorted({x for line in lines for x, _ in line.points})
    if not xs:
        raise ValueError("there is nothing to draw")
    ys = [y for line in lines for _, y in line.points]
    ys += [bound for line in lines for interval in line.intervals for bound in interval]
    margin = 0.04 * (max(ys) - min(ys) or 1.0)
    across = _Scale(xs[0], xs[-1], LEFT, WIDTH - RIGHT, log_x)
    up = _Scale(min(ys) - margin, max(ys) + margin, HEIGHT - BOTTOM, TOP)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>',
        _text(LEFT, 22, title, size=15),
        *_axes(xs, across, up, x_label=x_label, y_label=y_label),
    ]
    for at, line in enumerate(lines):
        parts += _drawn(line, at, across, up)
    return "\n".join([*parts, "</svg>", ""])


def _axes(
    xs: Sequence[float], across: _Scale, up: _Scale, *, x_label: str, y_label: str
) -> list[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = []
    for tick in range(Y_TICKS):
        value = up.low + (up.high - up.low) * tick / (Y_TICKS - 1)
        y = up(value)
        parts.append(f'<path d="M{LEFT} {y:.1f}H{right}" stroke="#dddddd"/>')
        parts.append(_text(LEFT - 6, y + 4, f"{value:.2f}", anchor="end"))
    parts += [_text(across(x), bottom + 18, f"{x:,.0f}", anchor="middle") for x in xs]
    parts.append(_text((LEFT + right) / 2, HEIGHT - 10, x_label, anchor="middle"))
    middle = (TOP + bottom) / 2
    parts.append(
        f'<text transform="translate(16 {middle:.1f}) rotate(-90)" text-anchor="middle" '
        f'fill="#222222">{escape(y_label)}</text>'
    )
    return parts


def _drawn(line: Line, at: int, across: _Scale, up: _Scale) -> list[str]:
    colour = COLOURS[at % len(COLOURS)]
    dash = DASHES[at // len(COLOURS) % len(DASHES)]
    path = " ".join(f"{across(x):.1f},{up(y):.1f}" for x, y in line.points)
    style = f'stroke="{colour}" stroke-width="2" stroke-dasharray="{dash}"'
    parts = [f'<polyline points="{path}" fill="none" {style}/>']
    for (x, y), (low, high) in zip(line.points, line.intervals or (), strict=False):
        where = f"M{across(x):.1f} {up(low):.1f}V{up(high):.1f}"
        parts.append(f'<path d="{where}" stroke="{colour}" stroke-width="1"/>')
        parts.append(f'<circle cx="{across(x):.1f}" cy="{up(y):.1f}" r="2.5" fill="{colour}"/>')
    y = TOP + 8 + 20 * at
    left = WIDTH - RIGHT + 14
    parts.append(f'<path d="M{left} {y}h24" {style}/>')
    parts.append(_text(left + 30, y + 4, line.name))
    return parts


def _text(x: float, y: float, words: str, *, size: int = 12, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y:.1f}" font-size="{size}" text-anchor="{anchor}" '
        f'fill="#222222">{escape(words)}</text>'
    )


@dataclass(frozen=True)
class Marks:
    """One colour of ``dots``: (value, low, high) for each label."""

    name: str
    values: Sequence[tuple[float, float, float]]


NAMES_WIDTH, ROW = 230, 22


def dots(labels: Sequence[str], series: Sequence[Marks], *, title: str, x_label: str) -> str:
    """An SVG document: a row per label, in it a dot with its interval per series.

    A value that is NaN is left out. Raises ValueError without a known value, or where a series has
    not one value for each label.
    """
    if any(len(marks.values) != len(labels) for marks in series):
        raise ValueError("a series has not one value for each label")
    known = [v for marks in series for value in marks.values for v in value if not isnan(v)]
    if not known:
        raise ValueError("there is nothing to draw")
    low, high = min(known), max(known)
    margin = 0.04 * (high - low or 1.0)
    height = TOP + ROW * len(labels) + BOTTOM + 20 * (len(series) > 1)
    across = _Scale(low - margin, high + margin, NAMES_WIDTH, WIDTH - 24)
    bottom = TOP + ROW * len(labels)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" '
        f'font-family="system-ui, sans-serif" font-size="12">',
        f"<title>{escape(title)}</title>",
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>',
        _text(16, 22, title, size=15),
    ]
    for value in _round_values(across.low, across.high):
        x = across(value)
        parts.append(f'<path d="M{x:.1f} {TOP}V{bottom}" stroke="#dddddd"/>')
        parts.append(_text(x, bottom + 16, f"{value:.4g}", anchor="middle"))
    parts.append(_text((NAMES_WIDTH + WIDTH) / 2, bottom + 36, x_label, anchor="middle"))
    for at, label in enumerate(labels):
        middle = TOP + ROW * (at + 0.5)
        parts.append(_text(NAMES_WIDTH - 8, middle + 4, label, anchor="end"))
        for number, marks in enumerate(series):
            y = middle + 5 * (number - (len(series) - 1) / 2)
            parts += _dot(marks.values[at], across, y, COLOURS[number % len(COLOURS)])
    if len(series) > 1:
        for number, marks in enumerate(series):
            x = NAMES_WIDTH + 110 * number
            colour = COLOURS[number % len(COLOURS)]
            parts.append(f'<circle cx="{x}" cy="{height - 14}" r="3.5" fill="{colour}"/>')
            parts.append(_text(x + 10, height - 10, marks.name))
    return "\n".join([*parts, "</svg>", ""])


def _round_values(low: float, high: float) -> list[float]:
    """The multiples of 1, 2 or 5 times a power of ten in this stretch, five or some more."""
    power = 10.0 ** floor(log10((high - low) / 5))
    step = max(s * power for s in (1, 2, 5) if s * power <= (high - low) / 5)
    first = ceil(low / step)
    return [round(at * step, 10) for at in range(first, floor(high / step) + 1)]


def _dot(value: tuple[float, float, float], across: _Scale, y: float, colour: str) -> list[str]:
    mean, low, high = value
    if isnan(mean):
        return []
    return [
        f'<path d="M{across(low):.1f} {y:.1f}H{across(high):.1f}" stroke="{colour}"/>',
        f'<circle cx="{across(mean):.1f}" cy="{y:.1f}" r="3" fill="{colour}"/>',
    ]
