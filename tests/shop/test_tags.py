import pytest

from shop.complete_journey.tags import DIET, QUALITY, diet_tags, quality_tags
from shop.complete_journey.tree import place
from shop.tags import DIET_TAGS, QUALITY_TAGS


def tags(department: str, category: str, kind: str) -> tuple[list[str], list[str]]:
    found = place(department, category, kind)
    assert found is not None
    trade = {"department": department, "category": category, "product_type": kind}
    diet = diet_tags(**trade, store_department=found.department, aisle=found.aisle)
    return diet, quality_tags(**trade)


@pytest.mark.parametrize(
    ("trade", "diet", "quality"),
    [
        (
            ("PRODUCE", "ORGANICS FRUIT & VEGETABLES", "ORGANIC CARROTS"),
            ["vegetarian"],
            ["fresh", "organic"],
        ),
        (("MEAT", "BEEF", "LEAN"), ["low-fat"], ["fresh", "lean"]),
        (("MEAT", "BEEF", "CHOICE BEEF"), [], ["choice-grade", "fresh"]),
        (("MEAT-PCKGD", "BACON", "BETTER FOR YOU"), ["low-fat"], []),
        (("MEAT-PCKGD", "BACON", "PREMIUM"), [], ["premium"]),
        (("GROCERY", "COFFEE", "GROUND DECAFFINATED"), ["caffeine-free", "vegetarian"], []),
        (("GROCERY", "FRZN MEAT/MEAT DINNERS", "FRZN MEAT ALTERNATIVES"), ["vegetarian"], []),
        (("GROCERY", "FRZN MEAT/MEAT DINNERS", "SS ECONOMY ENTREES/DINNERS ALL"), [], []),
        (
            ("NUTRITION", "REFRIGERATED", "SOY/RICE MILK"),
            ["lactose-free", "vegetarian"],
            ["natural"],
        ),
        (
            ("GROCERY", "BAKED BREAD/BUNS/ROLLS", "MAINSTREAM WHEAT/MULTIGRAIN BR"),
            ["vegetarian"],
            ["wholegrain"],
        ),
        (("DRUG GM", "CANDY - PACKAGED", "CANDY BAGS-NON CHOCOLATE"), [], []),
        (("GROCERY", "PAPER TOWELS", "PAPER TOWELS & HOLDERS"), [], []),
    ],
)
def test_tags_say_what_the_trade_text_says(
    trade: tuple[str, str, str], diet: list[str], quality: list[str]
) -> None:
    assert tags(*trade) == (diet, quality)


def test_every_tag_of_the_demo_store_is_a_known_tag() -> None:
    assert DIET.keys() <= DIET_TAGS.keys()
    assert QUALITY.keys() <= QUALITY_TAGS.keys()
