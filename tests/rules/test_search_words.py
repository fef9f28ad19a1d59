"""What is filed and what is looked for: every part of a Chinese text of two or more characters is found, and every word."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from webapp.core.search import terms_of, words_of

HAN = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=20)


def says(text: str, asked: str) -> bool:
    """Would that text be found?"""
    words, terms = words_of(text), terms_of(asked)
    return bool(terms) and all(any(w.startswith(t[:-1]) for w in words) if t.endswith("*") else t in words for t in terms)


@given(HAN, st.data())
def test_every_part_of_a_chinese_text_is_found(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    assert says(text, text[start:end])


@given(st.lists(st.from_regex(r"[a-zA-Z0-9]{1,30}", fullmatch=True), min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_words_are_found_in_any_order_and_letter_case(words: list[str], chance: st.DataObject) -> None:
    asked = [word.swapcase() for word in words]
    chance.shuffle(asked)  # type: ignore[attr-defined]
    assert says(" ".join(words), " ".join(asked))


@pytest.mark.parametrize(
    ("text", "asked", "is_found"),
    [
        ("2号楼水泵漏水", "水泵", True),
        ("2号楼水泵漏水", "泵水", False),
        ("2号楼水泵漏水", "水", True),
        ("The pump is leaking", "leak", True),
        ("The pump is leaking", "le", False),
        ("The pump is leaking", "PUMP leaking", True),
        ("The pump is leaking", "pump roof", False),
        ("K7Q-2F9 电梯", "k7q2f9", True),
        ("K7Q-2F9 电梯", "K7Q-2F9", True),
        ("138 0000 1234 13800001234", "13800001234", True),
        ("ＬＩＦＴ　３", "lift 3", True),
        ("电梯B2停运", "b2停运", True),
        ("anything", "", False),
        ("anything", "%_*'\"", False),
    ],
)
def test_what_is_found(text: str, asked: str, is_found: bool) -> None:
    assert says(text, asked) is is_found
