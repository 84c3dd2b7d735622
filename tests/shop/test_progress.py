import io

from shop.progress import Progress


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_time_left_follows_from_the_time_so_far() -> None:
    out, clock = io.StringIO(), Clock()
    progress = Progress(2, out=out, clock=clock)
    progress.step("Orders")
    clock.now = 8.0
    progress.update(40, 100)
    clock.now = 20.0
    progress.step("Lines")
    clock.now = 25.0
    progress.finish("All done")
    assert out.getvalue().splitlines() == [
        "step 1/2 Orders … 40 %, about 12 s left",
        "step 1/2 Orders: 20 s",
        "step 2/2 Lines: 5 s",
        "All done (25 s)",
    ]


def test_a_file_is_told_at_most_every_five_seconds() -> None:
    out, clock = io.StringIO(), Clock()
    progress = Progress(1, out=out, clock=clock)
    progress.step("Orders")
    for second in range(1, 10):
        clock.now = float(second)
        progress.update(second, 100)
    assert out.getvalue() == "step 1/1 Orders … 5 %, about 2 min left\n"
