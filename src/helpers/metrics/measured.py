"""What comes back of one leaf: figures by window, store and member, and what stands behind them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.metrics.dimensions import SEPARATOR
from helpers.metrics.rows import Window

if TYPE_CHECKING:
    import pandas as pd


#: Values travel as whole ten-thousandths, as DECIMAL(18,4) keeps them; double comes at the end.
SCALE = 10_000


#: Table, column, level and day of a source.
SourceKey = tuple[str, str, str, str]


#: The ``day`` of a source that speaks for every day.
ALWAYS = "*"


#: The store of rows that are of the whole company: every store has them.
COMPANY = ""


class Source(NamedTuple):
    """What a store must have for a figure.

    Attributes:
        column: The column that holds the figure, where rows may leave it empty.
        ahead: Days after the window in which the source may still speak of it (returns).
        level: ``product`` where figures of the whole store do not help (traffic).
        day: The date that counts, where it is not the table's own; ``ALWAYS`` for rows that are
            valid for a while, which speak for every day.
    """

    table: str
    column: str = ""
    ahead: int = 0
    level: str = ""
    day: str = ""

    @property
    def key(self) -> SourceKey:
        """What of it is looked up."""
        return self.table, self.column, self.level, self.day

    @property
    def told(self) -> str:
        """Name it as notes do: the table, or the column of it that nobody fills."""
        return f"{self.table}.{self.column}" if self.column else self.table


@dataclass
class Measured:
    """The figures of one leaf: one row per window, store and member.

    Attributes:
        frame: Columns ``window`` (index into the asked windows), ``store`` ("" where stores
            cannot be kept apart), ``member``, ``value``, ``base`` (the denominator of a computed
            share), ``unrated`` (rows without exchange rate).
        sources: What each store must have for its part to count.
        refused: Reason, where the leaf cannot be cut as asked at all.
        blocked: Window and store -> note, where rows are there but do not answer the window.
        silent: Windows and stores that have rows, none of which holds the figure.
    """

    frame: pd.DataFrame
    sources: tuple[Source, ...]
    refused: str = ""
    #: Is each figure a value over a base (a share), and not a plain value?
    is_share: bool = False
    #: Is a member without rows a true 0? Not where the figure is a mean, a median, a rate.
    is_total: bool = True
    blocked: dict[tuple[int, str], str] = field(default_factory=dict)
    silent: set[tuple[int, str]] = field(default_factory=set)
    notes: dict[int, list[str]] = field(default_factory=dict)
    #: Window and store -> note that stands beside every figure the store is part of.
    asides: dict[tuple[int, str], str] = field(default_factory=dict)
    preliminary: set[int] = field(default_factory=set)
    #: Members with several figures that must not be added.
    crowded: set[tuple[int, str]] = field(default_factory=set)
    #: Window and member -> notes that stand beside the figure.
    told: dict[tuple[int, str], list[str]] = field(default_factory=dict)
    #: Window and member -> rows behind a figure that asks for a least number of them.
    rows: dict[tuple[int, str], int] = field(default_factory=dict)
    #: Status for windows that cannot be answered at all: window -> (status, note).
    closed: dict[int, tuple[str, str]] = field(default_factory=dict)


def fetched(arrow: Any) -> pd.DataFrame:
    """Take an answer out of the engine: ``v_...`` become whole ten-thousandths, exactly.

    Those named ``f_...`` were never exact (rates, hours): they come back under ``v_...`` too, in
    ten-thousandths with fractions, and none is NaN.
    """
    import pandas as pd

    columns: dict[str, Any] = {}
    for name in arrow.column_names:
        column = arrow.column(name)
        if name.startswith("v_"):
            columns[name] = _exact(column)
        elif name.startswith("f_"):
            columns[f"v_{name[2:]}"] = column.to_pandas().astype("float64") * SCALE
        else:
            columns[name] = column.to_pandas()
    return pd.DataFrame(columns)


def _exact(column: Any) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    column = pc.fill_null(column, pa.scalar(0, column.type))
    if pa.types.is_decimal(column.type):
        column = column.cast(pa.decimal128(22, 4))
        factor = pa.scalar(Decimal(SCALE), pa.decimal128(5, 0))
        return pc.multiply(column, factor).cast(pa.int64()).to_numpy()
    if pa.types.is_floating(column.type):
        return (column.to_numpy() * SCALE).round().astype("int64")
    return column.cast(pa.int64()).to_numpy() * SCALE


def nothing() -> pd.DataFrame:
    """Give the frame of a leaf without a single figure."""
    import pandas as pd

    return pd.DataFrame(
        {"window": pd.Series(dtype="int64"), "store": pd.Series(dtype=object),
         "member": pd.Series(dtype=object), "value": pd.Series(dtype="int64"),
         "base": pd.Series(dtype="int64"), "unrated": pd.Series(dtype="int64")}
    )  # fmt: skip


def pair_of(place: Any) -> tuple[int, str]:
    """Read a window and a store, as frames index them."""
    window, store = place
    return int(window), str(store)


def key_of(key: Any) -> tuple[int, str]:
    """Read a window and a member, whose parts stand apart, as frames index them."""
    parts = key if isinstance(key, tuple) else (key,)
    return int(parts[0]), SEPARATOR.join(map(str, parts[1:]))


def back_to(measured: Measured, windows: Sequence[Window], wanted: Sequence[Window]) -> Measured:
    """Number the windows as one leaf asked for them and drop those it did not ask for."""
    index = {windows.index(window): place for place, window in enumerate(wanted)}
    return renumbered(measured, {old: [new] for old, new in index.items()})


def spread_over(measured: Measured, places: Sequence[int], count: int) -> Measured:
    """Give every asked window the figures of the stretched window that it reads."""
    index: dict[int, list[int]] = {}
    for asked, place in enumerate(places[:count]):
        index.setdefault(place, []).append(asked)
    return renumbered(measured, index)


def renumbered(measured: Measured, index: Mapping[int, Sequence[int]]) -> Measured:
    """Give windows other numbers: each old one stands for those that ``index`` names."""
    import pandas as pd

    if index == {one: [one] for one in index} and set(measured.frame["window"]) <= set(index):
        return measured
    if all(len(news) == 1 for news in index.values()):  # nothing is told twice
        moved = [index[old][0] if old in index else -1 for old in measured.frame["window"].tolist()]
        frame = measured.frame.assign(window=pd.Series(moved, measured.frame.index, "int64"))
        measured.frame = frame[frame["window"] >= 0] if -1 in moved else frame
    else:
        pairs = pd.DataFrame(
            [(old, new) for old, news in index.items() for new in news], columns=["window", "new"]
        )
        frame = measured.frame.merge(pairs, on="window").drop(columns="window")
        measured.frame = frame.rename(columns={"new": "window"})

    def move(found: Mapping[Any, Any]) -> dict[Any, Any]:
        moved: dict[Any, Any] = {}
        for key, value in found.items():
            old = key[0] if isinstance(key, tuple) else key
            for new in index.get(old, ()):
                moved[(new, *key[1:]) if isinstance(key, tuple) else new] = value
        return moved

    measured.blocked = move(measured.blocked)
    measured.silent = set(move(dict.fromkeys(measured.silent)))
    measured.notes = move(measured.notes)
    measured.asides = move(measured.asides)
    measured.closed = move(measured.closed)
    measured.rows = move(measured.rows)
    measured.told = move(measured.told)
    measured.preliminary = set(move(dict.fromkeys(measured.preliminary)))
    measured.crowded = set(move(dict.fromkeys(measured.crowded)))
    return measured
