"""Columns of words as numbers: a big plan repeats few words many times."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray


class Column(Sequence[str]):
    """A column of words, kept as the numbers of its different words; number 0 is the empty word."""

    def __init__(self, words: Sequence[str], codes: NDArray[np.int64]) -> None:
        """Keep the words and, for each row, the number of its word."""
        self.words = words
        self.codes = codes

    def __len__(self) -> int:
        return len(self.codes)

    def __iter__(self) -> Iterator[str]:
        return map(self.words.__getitem__, self.codes.tolist())

    @overload
    def __getitem__(self, row: int) -> str: ...

    @overload
    def __getitem__(self, row: slice) -> "Column": ...

    def __getitem__(self, row: int | slice) -> "str | Column":
        if isinstance(row, slice):
            return Column(self.words, self.codes[row])
        return self.words[int(self.codes[row])]

    def __eq__(self, other: object) -> bool:
        return list(self) == list(other) if isinstance(other, Sequence) else NotImplemented

    def __repr__(self) -> str:
        return f"Column({list(self)})"

    __hash__ = None  # type: ignore[assignment]

    def taken(self, rows: NDArray[np.int64]) -> "Column":
        """Return the column with some of its rows, in their order."""
        return Column(self.words, self.codes[rows])

    def changed(self, change: Callable[[str], str]) -> "Column":
        """Return the column with every word changed; words that become the same share a number."""
        numbering = Numbering()
        numbers = np.array([numbering[change(word)] for word in self.words], np.int64)
        return Column(list(numbering), numbers[self.codes])

    def filled(self, other: "Column") -> "Column":
        """Return the column with the words of another where it says nothing."""
        both = appended([self, other])
        own, theirs = both.codes[: len(self)], both.codes[len(self) :]
        return Column(both.words, np.where(own > 0, own, theirs))

    @property
    def silent(self) -> bool:
        """Whether no row says anything."""
        return not self.codes.any()


class Numbering(dict[str, int]):
    """Gives every new word the next number; the empty word has number 0."""

    def __init__(self) -> None:
        super().__init__({"": 0})

    def __missing__(self, word: str) -> int:
        self[word] = number = len(self)
        return number

    def codes(self, words: Sequence[str]) -> NDArray[np.int64]:
        """Return the numbers of words."""
        if isinstance(words, Column):
            return np.array([self[word] for word in words.words], np.int64)[words.codes]
        return np.fromiter(map(self.__getitem__, words), np.int64, len(words))


def coded(words: Sequence[str]) -> Column:
    """Return a sequence of words as a column."""
    if isinstance(words, Column):
        return words
    numbering = Numbering()
    codes = numbering.codes(words)
    return Column(list(numbering), codes)


def appended(columns: Iterable[Column]) -> Column:
    """Return columns one below the other."""
    numbering, codes = Numbering(), []
    for column in columns:
        numbers = np.array([numbering[word] for word in column.words], np.int64)
        codes.append(numbers[column.codes])
    return Column(list(numbering), np.concatenate(codes))


def blank(rows: int) -> Column:
    """Return a column that says nothing."""
    return Column([""], np.zeros(rows, np.int64))
