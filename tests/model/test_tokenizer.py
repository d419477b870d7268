"""The tokenizer: lossless on any bytes, one line at a time, special ids without a spelling, the same each time."""

from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from lacuna.model.tokenizer import ALPHABET, SPECIAL, Tokenizer
from lacuna.syntax.lines import split_lines

ANY_TEXT = st.text(st.characters(exclude_categories=[]))  # lone surrogates too
CODE = st.lists(st.sampled_from(["def ", "    ", "\t", "x_y", "0x1F", "==", '"""', "#", "é", "\n", "\r\n", "\r", "𝄞"]))


def raw(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


@given(ANY_TEXT)
@example("".join(map(chr, range(256))))
@example("\ud800 \udfff\ud83d")
@example("a\u2028b\x0cc\x85d\x00")
def test_any_part_of_a_line_comes_back(tokenizer: Tokenizer, text: str):
    assert tokenizer.decode(tokenizer.encode(text)) == raw(text)


@given(ANY_TEXT | CODE.map("".join))
def test_any_text_comes_back_with_unix_line_ends(tokenizer: Tokenizer, text: str):
    assert tokenizer.decode(tokenizer.encode_text(text)) == raw(text.replace("\r\n", "\n").replace("\r", "\n"))


def test_every_byte_has_a_token_of_its_own(tokenizer: Tokenizer):
    single = {tokenizer.decode([n]) for n in range(SPECIAL, tokenizer.size)}
    assert {bytes([byte]) for byte in range(256)} <= single
    assert len(set(ALPHABET.values())) == 256


@given(CODE.map("".join))
def test_no_token_crosses_a_line_end(tokenizer: Tokenizer, text: str):
    tokens = tokenizer.encode_text(text)
    assert tokens.count(tokenizer.newline) == len(split_lines(text)) - 1
    for token in set(tokens) - {tokenizer.newline}:
        assert b"\n" not in tokenizer.decode([token])


@given(CODE.map("".join))
def test_lines_are_tokenised_each_by_itself(tokenizer: Tokenizer, text: str):
    lines = [tokenizer.encode(line) for line in split_lines(text)]
    joined = [token for line in lines for token in (*line, tokenizer.newline)][:-1]
    assert list(tokenizer.encode_text(text)) == joined


@pytest.mark.parametrize("text", ["<mask>", "<pad>", "<hole>", "[MASK]", "\x00\x01\x02\x03", "<fill>", "<|endoftext|>"])
def test_no_text_spells_a_special_token(tokenizer: Tokenizer, text: str):
    assert min(tokenizer.encode_text(f"x = {text}  # {text}")) >= SPECIAL


def test_special_tokens_spell_nothing(tokenizer: Tokenizer):
    assert tokenizer.decode([*range(SPECIAL), *tokenizer.encode("x"), 0]) == b"x"


def test_a_run_of_indentation_is_one_token(tokenizer: Tokenizer):
    assert tokenizer.decode(tokenizer.encode("        return x")[:1]) == b" " * 8


def test_learning_is_deterministic(tokenizer: Tokenizer, files: tuple[str, ...], tmp_path: Path):
    tokenizer.save(tmp_path / "a.json")
    Tokenizer.train(files, tokenizer.size).save(tmp_path / "b.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()


def test_a_saved_tokenizer_is_the_same(tokenizer: Tokenizer, files: tuple[str, ...], tmp_path: Path):
    tokenizer.save(tmp_path / "tokenizer.json")
    loaded = Tokenizer.load(tmp_path / "tokenizer.json")
    assert (loaded.size, loaded.newline) == (tokenizer.size, tokenizer.newline)
    assert loaded.encode_text(files[0]) == tokenizer.encode_text(files[0])


def test_the_size_is_what_was_asked(tokenizer: Tokenizer):
    assert tokenizer.size == 800
