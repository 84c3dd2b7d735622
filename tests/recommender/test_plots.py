from __future__ import annotations

from xml.etree import ElementTree

import pytest

from recommender import plots

SVG = "{http://www.w3.org/2000/svg}"


def _chart(*lines: plots.Line, **given) -> ElementTree.Element:
    text = plots.chart(lines, title="Less & more", x_label="slates", y_label="NDCG", **given)
    return ElementTree.fromstring(text)  # noqa: S314 our own text


def _points(svg: ElementTree.Element) -> list[list[tuple[float, float]]]:
    return [
        [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
        for line in svg.iter(f"{SVG}polyline")
    ]


def test_a_higher_value_stands_higher_and_a_later_one_further_right():
    ((first, second),) = _points(_chart(plots.Line("a", [(5, 0.5), (50, 0.9)])))
    assert second[0] > first[0]
    assert second[1] < first[1]
    assert (first[0], second[0]) == (plots.LEFT, plots.WIDTH - plots.RIGHT)


def test_on_a_logarithmic_axis_equal_ratios_are_equally_far():
    ((a, b, c),) = _points(_chart(plots.Line("a", [(5, 0), (50, 1), (500, 2)]), log_x=True))
    assert b[0] - a[0] == pytest.approx(c[0] - b[0], abs=0.2)


def test_every_line_is_named_and_no_two_look_the_same():
    lines = [plots.Line(f"line {at}", [(1, at), (2, at)]) for at in range(12)]
    svg = _chart(*lines)
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert all(line.name in words for line in lines)
    drawn = [(p.attrib["stroke"], p.attrib["stroke-dasharray"]) for p in svg.iter(f"{SVG}polyline")]
    assert len(set(drawn)) == 12


def test_an_interval_is_drawn_from_its_low_to_its_high_end():
    svg = _chart(plots.Line("a", [(1, 0.5), (2, 0.5)], [(0.4, 0.6), (0.5, 0.5)]))
    assert len(list(svg.iter(f"{SVG}circle"))) == 2


def test_nothing_is_not_drawn():
    with pytest.raises(ValueError, match="nothing to draw"):
        _chart()
