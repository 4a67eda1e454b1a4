"""``review new source``: looks at a file and writes a first mapping, its guesses marked.

The text is written by hand and not dumped, because its comments are the point: each guess says
what speaks for it, and each column that stays unread says why. What only a person can know is
given back as questions.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import yaml

from helpers.config.workspace import Workspace
from helpers.paths import WorkspacePaths
from helpers.sources import cells
from helpers.sources.catalogue import load_sources, read_source
from helpers.sources.countries import country_codes
from helpers.sources.declared import Column
from helpers.sources.evidence import MOST_WORDS, Look, Seen, look_at
from helpers.sources.files import open_file
from helpers.sources.guessing import PERSONAL, Part, guess_parts, named_for, says_something
from helpers.sources.headers import plain
from helpers.sources.recognise import recognise
from helpers.sources.sql import literal
from helpers.vocabulary.faults import AskedWrongly, DataRefused, DeclarationFaulty, Fault

_NAME = re.compile(r"[a-z][a-z0-9_]{0,59}")
_LONGEST_WORD = 80
_DOCS = "docs/bring-your-own-files.md"
_TYPES = {
    "order_id": "id", "sku": "id", "ordered_at": "timestamp", "quantity": "integer",
    "on_hand": "integer", "unit_price": "money", "amount": "money", "seller_discount": "money",
    "tax": "money", "shipping_income": "money", "status": "text", "country": "country",
    "currency": "text", "customer": "customer", "product_name": "text", "warehouse": "text",
    "store": "id",
}  # fmt: skip
#: The parts by which a file may be recognised, best first.
_SIGNS = ("order_id", "sku", "quantity", "unit_price", "amount", "on_hand", "ordered_at", "status",
          "country", "product_name", "currency", "warehouse")  # fmt: skip
#: Words inside a status that take an order out, or keep it waiting.
_CANCELLED = ("cancel", "void", "refused", "取消", "关闭", "關閉", "作废", "storn", "abgebrochen",
              "キャンセル", "ยกเลิก", "dibatalkan", "hủy")  # fmt: skip
_PENDING = ("pending", "unpaid", "awaiting payment", "to pay", "未付款", "待付款", "待支付",
            "offen", "unbezahlt", "未入金", "入金待ち", "ค้างชำระ", "ยังไม่ได้ชำระ")  # fmt: skip


#: What may stand before or behind an amount, and whose money it may be.
_SIGNS_OF_MONEY = {
    "¥": {"CNY", "JPY"}, "￥": {"CNY", "JPY"}, "€": {"EUR"}, "£": {"GBP"}, "฿": {"THB"},
    "$": {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "TWD", "MXN"}, "₫": {"VND"}, "₱": {"PHP"},
    "₩": {"KRW"}, "₹": {"INR"}, "RM": {"MYR"},
}  # fmt: skip


@dataclass
class _Draft:
    """The mapping on its way, and what has to be asked about it."""

    where: str
    look: Look
    parts: dict[str, Part]
    workspace: Workspace | None
    questions: list[Fault] = field(default_factory=list)

    def has(self, role: str) -> bool:
        return role in self.parts

    def ask(self, about: str, what: str, way_out: str) -> None:
        self.questions.append(Fault(f"{self.where}: {about}", what, way_out))

    def column(self, role: str) -> str:
        """Give the SQL name of the column that plays a part."""
        return f"c{self.parts[role].column.position}"


def write_first_mapping(
    path: Path, paths: WorkspacePaths, name: str | None = None, workspace: Workspace | None = None
) -> tuple[Path, list[Fault]]:
    """Look at a file and write ``<workspace>/sources/<name>.yml``.

    Args:
        path: Any file that the door opens.
        paths: Whose sources they are.
        name: The source's name; the file's own by default.
        workspace: The company, if it is declared yet: its stores may be named in the file.

    Returns:
        The mapping, and what a person must confirm before its figures are to be trusted.

    Raises:
        AskedWrongly: The name is taken or no name, or the file is known already.
        DataRefused: The file cannot be read, or nothing in it can be guessed.
    """
    import duckdb

    chosen = _name(name, path)
    target = paths.mappings / f"{chosen}.yml"
    if target.exists():
        raise AskedWrongly(
            Fault(str(target), "is there already", "give another --name, or edit it")
        )
    known = load_sources(paths.mappings)
    if chosen in known:
        raise AskedWrongly(Fault(chosen, "is the name of another source", "give another --name"))
    opened = open_file(path)
    try:
        found = recognise(opened, known, None)
    except DataRefused:
        pass
    else:
        raise AskedWrongly(
            Fault(path.name, f"is known already: {found.source.name.en}",
                  "add it to the inbox; it needs no mapping")
        )  # fmt: skip
    try:
        with duckdb.connect() as con:
            look = look_at(opened, con, says_something)
            draft = _Draft(f"sources/{target.name}", look, guess_parts(look), workspace)
            text = _mapping(draft, chosen, path)
    except duckdb.Error as trouble:
        # A way of being broken that nobody has met yet.
        said = str(trouble).strip().splitlines()[0][:200]
        raise DataRefused(Fault(path.name, said, "export the file again")) from None
    paths.mappings.mkdir(parents=True, exist_ok=True)
    try:
        # "x": between the look and the write somebody else may have made it.
        with target.open("x", encoding="utf-8") as file:
            file.write(text)
    except FileExistsError:
        raise AskedWrongly(Fault(str(target), "is there already", "give another --name")) from None
    try:
        source = read_source(target)
        recognise(opened, {chosen: source, **known}, None)
    except (DeclarationFaulty, DataRefused) as trouble:
        draft.questions += trouble.faults
    return target, draft.questions


def _name(given: str | None, path: Path) -> str:
    if given is not None:
        if not _NAME.fullmatch(given):
            raise AskedWrongly(
                Fault("--name", f"{given!r} is no name", "write small letters, digits and _")
            )
        return given
    bare = re.sub(r"[^a-z0-9]+", "_", path.stem.casefold()).strip("_")
    # What changes from month to month is no part of the name.
    bare = re.sub(r"(_?\d+)+$", "", bare).strip("_")
    return bare[:60] if _NAME.fullmatch(bare[:60]) else "own_export"


def _mapping(draft: _Draft, name: str, path: Path) -> str:
    is_stock = not draft.has("order_id") and draft.has("on_hand") and draft.has("sku")
    needed = ("sku", "on_hand") if is_stock else ("order_id", "ordered_at", "quantity")
    signs = [role for role in _SIGNS if draft.has(role)]
    if len(signs) < 2:
        raise DataRefused(
            Fault(path.name, "looks neither like orders nor like stock",
                  f"describe it by hand ({_DOCS}), or fill in a template: review new template")
        )  # fmt: skip
    for role in needed:
        if draft.has(role):
            continue
        what, near = "no column looks like it", named_for(role, look := draft.look)
        if near and role == "ordered_at":
            what = f"{near.header!r} says so, but only {near.dates:.0%} of its cells are dates"
            what += f" (of {look.rows:,} rows)"
        elif near:
            what = f"{near.header!r} says so, but its cells do not"
        draft.ask(f"columns.{role}", what, "add its header, or the file has none")
    columns = _columns(draft)
    _ask_whose_money(draft)
    define, kind = ([], "") if is_stock else _defined(draft)
    tables = _stock(draft) if is_stock else _orders(draft, kind)
    store = _store(draft)
    has_days = draft.has("ordered_at")
    label = _quoted(re.sub(r"[_\s]+", " ", path.stem).strip()[:60] or name)
    facts = "stock" if is_stock else "orders, refunds" if kind else "orders"
    lines = [
        f"# A first mapping, guessed from {_comment(path.name)} ({draft.look.rows:,} rows looked"
        " at).",
        f"# Lines with `guess` say what speaks for them; lines with `CONFIRM` need you. {_DOCS}",
        f"source: {name}",
        f"name: {{en: {label}, zh: {label}}} # how pages call it",
        f"facts: [{facts}]"
        + ("" if is_stock else " # CONFIRM: no export of the platform brings these orders too"),
        *store,
        *([] if has_days else ["period: place # no dates inside: inbox/<store>/<period>/"]),
        f"known_by: [{', '.join(signs[:6])}]",
        "",
        "columns:",
        *columns,
        *_ignored(draft),
        *(["", "define:", *define] if define else []),
        "",
        "tables:",
        *tables,
    ]
    return "\n".join(lines) + "\n"


# Columns


def _columns(draft: _Draft) -> list[str]:
    lines = []
    for role, part in sorted(draft.parts.items(), key=lambda one: one[1].column.position):
        if part.role in PERSONAL or (role == "store" and not _names_stores(draft)):
            continue
        seen = part.column
        said = [f"header: {_quoted(seen.header)}", f"type: {_TYPES[role]}"]
        guess = part.because
        if _TYPES[role] == "timestamp":
            more, note = _days(draft, seen)
            said += more
            guess += f"; {note}"
        elif _TYPES[role] in ("money", "integer"):
            more, note = _numbers(draft, role, seen)
            said += more
            guess += f"; {note}"
        elif role == "customer":
            guess += "; kept as a code that cannot be turned back into the person"
        elif role == "currency":
            guess += f"; {seen.currencies:.0%} of its values are ISO codes"
        if role == "country":
            lines += _country(draft, seen, guess)
        else:
            lines += [f"  # guess: {_comment(guess)}", f"  {role}: {{{', '.join(said)}}}"]
    return lines


def _days(draft: _Draft, seen: Seen) -> tuple[list[str], str]:
    said, note = [], f"{seen.dates:.0%} of the cells look like dates"
    if seen.day_first and not seen.month_first:
        said.append("order: dmy")
        note += ", day first"
    elif seen.month_first and not seen.day_first:
        said.append("order: mdy")
        note += ", month first"
    elif seen.either_first:
        note += "; CONFIRM day or month first: add order: dmy or order: mdy"
        draft.ask(
            "columns.ordered_at", f"{seen.header!r} could be day first or month first",
            "add order: dmy or order: mdy",
        )  # fmt: skip
    zone = "offset" if seen.with_offset > 0.5 else "store"
    if seen.with_time and zone == "store":
        note += "; CONFIRM the clock: zone: store is the shop's, utc, or Asia/Shanghai"
        draft.ask(
            "columns.ordered_at", "whose clock its times are by cannot be seen",
            "leave zone: store, or write utc or a zone such as Asia/Shanghai",
        )  # fmt: skip
    return [f"zone: {zone}", *said], note


def _numbers(draft: _Draft, role: str, seen: Seen) -> tuple[list[str], str]:
    note = f"{seen.numbers:.0%} of the cells are numbers"
    point, comma = seen.decimal_point, seen.decimal_comma
    if point and not comma:
        return ["decimal: point"], f"{note}, written 1,234.56"
    if comma and not point:
        return ["decimal: comma"], f"{note}, written 1.234,56"
    if seen.either_mark:
        draft.ask(
            f"columns.{role}", f"{seen.header!r} has numbers such as 1,234 only",
            "add decimal: point if that is a thousand, else decimal: comma",
        )  # fmt: skip
        note += "; CONFIRM decimal: point or decimal: comma"
    return [], note


def _ask_whose_money(draft: _Draft) -> None:
    """Ask of amounts with a sign whether they are the store's money, where nothing says so."""
    stores = draft.workspace.stores if draft.workspace else ()
    for role in ("amount", "unit_price"):
        if not draft.has(role) or draft.has("currency"):
            continue
        seen = draft.parts[role].column
        sign = next((sign for word in seen.words for sign in _SIGNS_OF_MONEY if sign in word), "")
        if sign and not {store.currency for store in stores} <= _SIGNS_OF_MONEY[sign]:
            draft.ask(
                f"columns.{role}", f"{seen.header!r} has amounts with {sign}, and no column names a"
                " currency: they are taken for the money of the file's store",
                "if they are not, add a currency to the table, such as currency: {is: CNY}",
            )  # fmt: skip
            return


def _country(draft: _Draft, seen: Seen, guess: str) -> list[str]:
    codes = country_codes(seen.words, {})
    riddles = [word for word in _listed(seen) if codes[word] is None][:MOST_WORDS]
    head = f"header: {_quoted(seen.header)}, type: country"
    guess = _comment(f"{guess}; {seen.countries:.0%} of its values are countries")
    if not riddles:
        return [f"  # guess: {guess}", f"  country: {{{head}}}"]
    draft.ask(
        "columns.country", f"{len(riddles)} values are no known country",
        'write their ISO codes under names; "" counts them under no country',
    )  # fmt: skip
    return [
        f"  # guess: {guess}",
        "  country:",
        f"    header: {_quoted(seen.header)}",
        "    type: country",
        "    names: # CONFIRM: the file's own spellings, such as {EIRE: IE}",
        *(f'      {_quoted(word)}: ""' for word in riddles),
    ]


def _listed(seen: Seen) -> list[str]:
    """Give the values short enough to stand in a list."""
    return [word for word in seen.words if len(word) <= _LONGEST_WORD]


def _ignored(draft: _Draft) -> list[str]:
    used = {
        part.column.position
        for role, part in draft.parts.items()
        if part.role not in PERSONAL and (role != "store" or _names_stores(draft))
    }
    because = {part.column.position: part.role for part in draft.parts.values()}
    lines = []
    for seen in draft.look.columns:
        if seen.position in used:
            continue
        role = because.get(seen.position, "")
        if role in PERSONAL:
            reason = f"{PERSONAL[role]}; never read"
        elif role == "store":
            reason = "names no store of workspace.yml"
        else:
            reason = "not needed by the tables below"
        lines.append(f"  - {_quoted(seen.header)} # {reason}")
    return ["ignored:", *lines] if lines else []


# Store


def _names_stores(draft: _Draft) -> bool:
    if not draft.has("store") or draft.workspace is None:
        return False
    known = {store.id for store in draft.workspace.stores}
    words = draft.parts["store"].column.words
    return bool(words) and known.issuperset(words)


def _store(draft: _Draft) -> list[str]:
    if _names_stores(draft):
        return ["store: {column: store} # guess: all its values are stores of workspace.yml"]
    if draft.has("store"):
        draft.ask(
            "store", f"column {draft.parts['store'].column.header!r} names stores otherwise than"
            " workspace.yml", "split the file by store, or give the stores those ids",
        )  # fmt: skip
    return []


# Values


def _defined(draft: _Draft) -> tuple[list[str], str]:
    """Give the values to define, and the name of the rows' kind if some are returns."""
    lines = []
    if _amount(draft) == "line_value":
        lines += _line_value(draft)
    elif draft.has("amount") and draft.has("unit_price") and draft.has("quantity"):
        draft.ask(
            "tables.order_lines.fill.list_amount",
            f"{draft.parts['amount'].column.header!r} is not price times quantity",
            "if it holds tax, shipping or a discount, or the whole order's total, fill list_amount"
            " with {multiply: [unit_price, quantity]}",
        )
    if draft.has("status"):
        lines += _status(draft)
    goes_back = [role for role in ("quantity", "amount", "unit_price")
                 if draft.has(role) and draft.parts[role].column.negative]  # fmt: skip
    if not goes_back:
        return lines, ""
    role = goes_back[0]
    count = draft.parts[role].column.negative
    draft.ask(
        "define.kind",
        f"{count:,} of {draft.look.rows:,} rows have a negative {role}: are they returns?",
        "correct the condition if some are corrections or vouchers",
    )  # fmt: skip
    lines += [
        f"  # guess: {count:,} rows have a negative {role}; CONFIRM that they are returns",
        "  kind:",
        "    choose:",
        f"      - {{when: {{{role}: {{less_than: 0}}}}, then: {{is: return}}}}",
        "      - {otherwise: {is: sale}}",
        "  line: {number_within: [order_id]}",
    ]
    return lines, "kind"


def _amount(draft: _Draft) -> str:
    """Say what holds the value of a line."""
    if not draft.has("amount"):
        return "line_value" if draft.has("unit_price") else ""
    return "line_value" if _is_order_total(draft) or _equals_product(draft) else "amount"


def _equals_product(draft: _Draft) -> bool:
    """Is the amount price times quantity? Then the product is safer: an order's total is not."""
    if not all(draft.has(role) for role in ("unit_price", "quantity", "amount")):
        return False
    price, pieces, amount = (_number(draft, one) for one in ("unit_price", "quantity", "amount"))
    return draft.look.share(f"abs({price} * {pieces} - {amount}) <= 0.01") > 0.95


def _number(draft: _Draft, role: str) -> str:
    """Give the SQL of a column as a number, for comparing only."""
    seen = draft.parts[role].column
    mark: Literal["point", "comma"] = (
        "comma" if seen.decimal_comma > seen.decimal_point else "point"
    )
    about = Column(type="money", decimal=mark)
    typed = cells.typed(draft.column(role), about, cells.Writing(decimal=mark), literal("UTC"))
    return f"CAST({typed} AS DOUBLE)"


def _is_order_total(draft: _Draft) -> bool:
    """Is the amount that of the whole order, repeated or left empty in its further lines?"""
    if not draft.has("amount") or not draft.has("order_id"):
        return False
    order, amount = draft.column("order_id"), draft.column("amount")
    several = f"SELECT {order} FROM seen WHERE {order} IS NOT NULL GROUP BY 1 HAVING count(*) > 1"
    of = draft.look.count(f"SELECT count(*) FROM ({several})")
    same = draft.look.count(f"SELECT count(*) FROM ({several} AND (count(DISTINCT {amount}) = 1))")
    return of >= 5 and same / of > 0.95


def _line_value(draft: _Draft) -> list[str]:
    if draft.has("unit_price") and draft.has("quantity"):
        price = draft.parts["unit_price"]
        sure = any(
            word in plain(price.column.header).replace(" ", "")
            for word in ("unit", "each", "per", "单价", "單價", "stück", "einzel", "単価", "ต่อหน่วย")
        )
        note = "guess: the price is that of one unit"
        if _equals_product(draft):
            note += f"; times quantity it gives {draft.parts['amount'].column.header}"
        elif not sure:
            note += "; CONFIRM, or use the column itself if it is the line's total"
            draft.ask(
                "define.line_value", f"{price.column.header!r} is taken for the price of one unit",
                "if it is the total of the line, fill list_amount with unit_price itself",
            )  # fmt: skip
        return [f"  # {_comment(note)}", "  line_value: {multiply: [unit_price, quantity]}"]
    if draft.has("unit_price"):
        return ["  line_value: unit_price # CONFIRM: no column of quantities was found"]
    draft.ask(
        "define.line_value", "the amount looks like the whole order's, repeated in each line",
        "if it is the line's own, fill list_amount with amount itself",
    )  # fmt: skip
    by = "quantity" if draft.has("quantity") else "amount"
    return [
        f"  line_value: {{allocate: {{amount: amount, by: {by}, within: order_id}}}}"
        " # guess: the order's amount repeats in its lines; CONFIRM"
    ]


def _status(draft: _Draft) -> list[str]:
    words = _listed(draft.parts["status"].column)[:MOST_WORDS]
    out = [word for word in words if any(sign in plain(word) for sign in _CANCELLED)]
    wait = [word for word in words if word not in out
            and any(sign in plain(word) for sign in _PENDING)]  # fmt: skip
    rest = [word for word in words if word not in (*out, *wait)]
    draft.ask(
        "define.order_status", f"takes {len(out)} statuses for cancelled, {len(wait)} for pending",
        "put each status where it belongs",
    )  # fmt: skip
    shown = ", ".join(map(_comment, rest[:12])) or "none"
    lines = [f"  order_status: # CONFIRM; counted as placed: {shown}", "    choose:"]
    for listed, meant in ((out, "cancelled"), (wait, "pending")):
        if listed:
            spelled = ", ".join(map(_quoted, listed))
            lines.append(
                f"      - {{when: {{status: {{one_of: [{spelled}]}}}}, then: {{is: {meant}}}}}"
            )
    return [*lines, "      - {otherwise: {is: placed}}"]


# Tables


def _orders(draft: _Draft, kind: str) -> list[str]:
    amount = _amount(draft)
    if not amount:
        draft.ask("tables.order_lines", "no column looks like a price or an amount", "add one")
    fill = {
        "order_id": "order_id", "ordered_at": "ordered_at", "kind": kind, "line_no": "",
        "status": "order_status" if draft.has("status") else "", "country": "country",
        "customer_key": "customer", "sku": "sku", "product_name": "product_name",
        "quantity": "quantity", "currency": "currency", "list_amount": amount,
        "seller_discount": "seller_discount", "tax": "tax", "shipping_income": "shipping_income",
    }  # fmt: skip
    if kind:
        fill["line_no"] = "line"
    made = {kind, "order_status", "line_value", "line", amount}
    lines = ["  order_lines:", "    fill:"]
    for column, said in fill.items():
        if not said or (said not in made and not draft.has(said)):
            continue
        wrapped = f"{{absolute: {said}}}" if column == "seller_discount" else said
        note = ""
        if column == "seller_discount":
            note = " # CONFIRM: paid by the seller; a platform's goes to platform_discount"
            draft.ask(
                "tables.order_lines.fill.seller_discount",
                f"{draft.parts['seller_discount'].column.header!r} is taken for the seller's own"
                " discount on the line", "use platform_discount if the platform pays it",
            )  # fmt: skip
        lines.append(f"      {column}: {wrapped}{note}")
    if kind and amount and draft.has("ordered_at") and draft.has("order_id"):
        lines += [
            "  refunds: # what went back, positive",
            "    when: {kind: {equals: return}}",
            "    fill:",
            "      refund_id: {join: [order_id, line]}",
            "      order_id: order_id",
            *(["      sku: sku"] if draft.has("sku") else []),
            *(["      country: country"] if draft.has("country") else []),
            "      kind: {is: return_line}",
            "      local_date: {day_of: ordered_at}",
            f"      amount: {{negate: {amount}}}",
        ]
    return lines


def _stock(draft: _Draft) -> list[str]:
    lines = ["  inventory_snapshots:", "    fill:", "      sku: sku", "      on_hand: on_hand"]
    if draft.has("warehouse"):
        lines.append("      warehouse: warehouse")
    if draft.has("ordered_at"):
        lines.append("      local_date: {day_of: ordered_at}")
    return lines


# Text


def _quoted(text: str) -> str:
    """Write a word that YAML reads back as it is, whatever it holds."""
    usual = re.fullmatch(r"[^\W\d_][\w .]*", text) and text == text.strip()
    reserved = text.casefold() in ("no", "yes", "on", "off", "true", "false", "null", "y", "n")
    if usual and not reserved:
        return text
    return str(
        yaml.safe_dump(text, default_style='"', allow_unicode=True, width=float("inf"))
    ).strip()


def _comment(text: str) -> str:
    """Keep a comment on its line."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())[:160]


def questions_told(questions: Sequence[Fault]) -> list[str]:
    """Write the questions for whoever has to answer them."""
    return [f"confirm {one}" for one in questions]
