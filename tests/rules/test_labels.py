"""Label codes: a slip of hand or eye shows; any host and any writing is read; nothing else is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.sites import qr
from webapp.sites.rules import LETTERS, check_letters, distance_m, error_level, label_text, make_code, printed, read_code

codes = st.integers(0, 2**40 - 1).map(make_code)


@given(codes)
def test_a_made_code_reads_as_itself(code: str) -> None:
    assert len(code) == 10
    assert set(code) <= set(LETTERS)
    assert read_code(code) == code


@given(codes)
def test_every_single_wrong_letter_is_detected(code: str) -> None:
    wrong = [code[:i] + letter + code[i + 1 :] for i in range(10) for letter in LETTERS if letter != code[i]]
    assert [text for text in wrong if read_code(text) is not None] == []


@given(codes)
def test_every_swap_of_neighbours_is_detected(code: str) -> None:
    swapped = {code[:i] + code[i + 1] + code[i] + code[i + 2 :] for i in range(9)} - {code}
    assert [text for text in swapped if read_code(text) is not None] == []


@given(codes)
def test_people_may_write_it_as_they_like(code: str) -> None:
    assert read_code(printed(code)) == code
    assert read_code(f"  {printed(code).lower()} ") == code
    assert read_code(" ".join(code)) == code
    assert read_code(code.replace("1", "I").replace("0", "O")) == code
    assert read_code(code.replace("1", "l").replace("0", "o")) == code


@given(
    codes,
    st.sampled_from(
        ["https://rounds.example.com/c/{}", "HTTP://OLD-HOST:8000/C/{}", "http://10.0.0.7/c/{}/", "https://x.example/c/{}?from=poster"]
    ),
)
def test_the_host_does_not_matter_because_labels_outlive_host_names(code: str, address: str) -> None:
    assert read_code(address.format(code)) == code


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "-",
        "https://example.com/",
        "https://example.com/x/7KQ2M4XPC9",
        "https://[",
        "http://[::1/c/AAAAAAAAAA",
        "javascript:alert(1)",
        "ÄÖÜ" * 4,
        "0" * 11,
        "🛗" * 10,
    ],
)
def test_anything_else_is_not_a_code(text: str) -> None:
    assert read_code(text) is None


@given(st.text())
def test_no_text_whatever_upsets_the_reader(text: str) -> None:
    found = read_code(text)
    assert found is None or read_code(found) == found


@given(st.text())
def test_no_address_whatever_upsets_the_reader(text: str) -> None:
    read_code(f"https://{text}")


def test_check_letters_are_the_remainder_by_1021() -> None:
    assert check_letters("00000000") == "00"
    assert check_letters("00000001") == "01"
    assert check_letters("000000ZX") == "00"  # 31 * 32 + 29 = 1021
    assert make_code(2**40 - 1)[:8] == "ZZZZZZZZ"


@pytest.mark.parametrize(("length", "level"), [(1, "H"), (35, "H"), (36, "Q"), (47, "Q"), (48, "M"), (61, "M"), (62, "M"), (200, "M")])
def test_the_highest_error_level_that_keeps_the_symbol_small_and_never_the_lowest(length: int, level: str) -> None:
    assert error_level("A" * length) == level


@pytest.mark.parametrize("host", ["http://a.cn", "https://rounds.example.com", "https://rounds.wuye-fuwu-jituan.example.com"])
def test_a_label_is_capitals_and_fits_version_3(host: str) -> None:
    text = label_text(host, make_code(1))
    assert text == text.upper()
    assert len(qr.matrix(text)) == 29


def test_the_drawn_path_fills_exactly_the_dark_modules() -> None:
    rows = qr.matrix("HTTPS://ROUNDS.EXAMPLE.COM/C/0000000101")
    filled = set()
    for run in qr.runs(rows).split("M")[1:]:
        start, width = run.split("v")[0].split("h")
        x, y = map(int, start.split())
        filled |= {(x - qr.QUIET + i, y - qr.QUIET) for i in range(int(width))}
    assert filled == {(x, y) for y, row in enumerate(rows) for x, dark in enumerate(row) if dark}


def test_the_title_of_a_drawn_code_is_escaped() -> None:
    assert "<script>" not in qr.svg("X", title="<script>")


@pytest.mark.parametrize(
    ("one", "other", "metres"),
    [
        ((31.2304, 121.4737), (31.2304, 121.4737), 0),
        ((0, 0), (0, 1), 111_195),
        ((31.2304, 121.4737), (39.9042, 116.4074), 1_067_900),
        ((0, 179.9), (0, -179.9), 22_239),
        ((90, 0), (-90, 0), 20_015_115),
    ],
)
def test_distances_are_great_circles(one: tuple[float, float], other: tuple[float, float], metres: float) -> None:
    assert distance_m(*one, *other) == pytest.approx(metres, rel=0.002, abs=0.5)
    assert distance_m(*other, *one) == pytest.approx(distance_m(*one, *other))
