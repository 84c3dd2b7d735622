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


def _dots(labels: list[str], *series: plots.Marks) -> ElementTree.Element:
    text = plots.dots(labels, series, title="Worth & more", x_label="loss")
    return ElementTree.fromstring(text)  # noqa: S314 our own text


def test_a_larger_value_lies_further_right_and_a_later_label_further_down():
    marks = plots.Marks("switch", [(0.2, 0.1, 0.3), (0.6, 0.5, 0.7)])
    first, second = _dots(["a", "b"], marks).iter(f"{SVG}circle")
    assert float(second.attrib["cx"]) > float(first.attrib["cx"])
    assert float(second.attrib["cy"]) == float(first.attrib["cy"]) + plots.ROW


def test_an_interval_reaches_from_its_low_to_its_high_end_with_the_dot_between():
    svg = _dots(["a"], plots.Marks("switch", [(0.5, 0.0, 1.0)]))
    (line,) = [p for p in svg.iter(f"{SVG}path") if p.attrib["stroke"] == plots.COLOURS[0]]
    start, end = map(float, line.attrib["d"][1:].replace(" ", "H").split("H")[::2])
    (dot,) = svg.iter(f"{SVG}circle")
    assert float(dot.attrib["cx"]) == pytest.approx((start + end) / 2, abs=0.1)


def test_every_label_stands_there_every_series_is_named_and_an_unknown_value_is_left_out():
    nan = float("nan")
    svg = _dots(
        ["a < b", "c"],
        plots.Marks("switch", [(0.1, 0.1, 0.1), (nan, nan, nan)]),
        plots.Marks("all", [(0.2, 0.2, 0.2), (0.3, 0.3, 0.3)]),
    )
    words = [text.text for text in svg.iter(f"{SVG}text")]
    assert {"a < b", "c", "switch", "all", "loss", "Worth & more"} <= set(words)
    # Three known values, and two in the key.
    assert len(list(svg.iter(f"{SVG}circle"))) == 3 + 2


def test_dots_that_do_not_fit_or_are_none_are_refused():
    with pytest.raises(ValueError, match="not one value for each label"):
        _dots(["a", "b"], plots.Marks("switch", [(1, 1, 1)]))
    with pytest.raises(ValueError, match="nothing to draw"):
        _dots(["a"], plots.Marks("switch", [(float("nan"),) * 3]))


@pytest.mark.parametrize(
    ("low", "high", "values"),
    [
        (0.138, 0.732, [0.2, 0.3, 0.4, 0.5, 0.6, 0.7]),
        (
            -0.0012,
            0.0212,
            [0.0, 0.002, 0.004, 0.006, 0.008, 0.01, 0.012, 0.014, 0.016, 0.018, 0.02],
        ),
        (0, 5, [0, 1, 2, 3, 4, 5]),
    ],
)
def test_the_scale_names_round_values(low, high, values):
    assert plots._round_values(low, high) == values
