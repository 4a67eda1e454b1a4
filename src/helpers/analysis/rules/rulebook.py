"""The rules as declared: ``rules.yml`` beside this file, overruled by a workspace's ``rules.yml``.

A company writes only what it sets otherwise::

    rules:
      R07: {thresholds: {factor: 2}}
      R09: {enabled: true, thresholds: {turns: 3, days: 90}}
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field, StringConstraints

from helpers.analysis.wordings import Template
from helpers.config.declarations import declare, read_declaration, read_yaml
from helpers.config.workspace import Currency
from helpers.paths import WorkspacePaths
from helpers.vocabulary.faults import DeclarationFaulty, Fault
from helpers.vocabulary.labels import Declared, Label, Words
from helpers.vocabulary.units import Unit

if TYPE_CHECKING:
    from helpers.analysis.desk import Desk

DECLARATION = Path(__file__).with_name("rules.yml")

RuleId = Annotated[str, StringConstraints(pattern=r"^R\d\d$")]
Source = Literal["S0", "S2", "S3", "S4"]
Subject = Literal[
    "traffic", "products", "stock", "customers", "service", "suppliers", "logistics", "promotions",
    "tests", "planning",
]  # fmt: skip


class Threshold(Declared):
    """A number that a rule holds figures against; None where the source leaves it open."""

    value: float | None
    unit: Unit
    #: Money without one is in base currency.
    currency: Currency | None = None
    #: What the number means, where its name does not say it all.
    about: Label | None = None


class Says(Declared):
    """The three answers in words; ``{names}`` are filled with figures by the check."""

    act: Template
    fine: Template
    not_enough_data: Template


class Rule(Declared):
    """One rule of the source documents, as data (DOMAIN A2)."""

    label: Label
    subject: Subject
    #: Source documents, and the Chinese phrase that the rule was read from.
    source: tuple[Source, ...] = Field(min_length=1)
    phrase: Words
    thresholds: Mapping[str, Threshold]
    #: Tables without which nothing can be said.
    needs: tuple[str, ...]
    enabled: bool = True
    #: Why the rule ships switched off.
    disabled_because: Label | None = None
    #: What to do where the answer is ``act``.
    action: Label
    #: Ids of actions of the plan that the rule is about, by step.
    plan_actions: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)
    says: Says

    def at(self, name: str) -> float:
        """Give a threshold's value.

        Raises:
            ValueError: The threshold is left open.
        """
        value = self.thresholds[name].value
        if value is None:
            raise ValueError(f"threshold {name!r} is left open")
        return value

    def open_at(self, name: str) -> float | None:
        """Give a threshold's value, None where it is left open."""
        return self.thresholds[name].value


class ConflictWords(Declared):
    """Two rules that may contradict each other, in words."""

    label: Label
    #: What each of the two asks of a position caught between them.
    first: Label
    second: Label
    says: Template
    ends: Template


class Rulebook(Declared):
    """``rules.yml`` as shipped."""

    no_source: Template
    #: What an item says is to be done with it.
    actions: Mapping[str, Label]
    #: Words of the details that stand beside items.
    details: Mapping[str, Template]
    #: By pair of ids, ``R07-R09``.
    conflicts: Mapping[str, ConflictWords]
    rules: Mapping[RuleId, Rule]


class Override(Declared):
    """What a company sets otherwise in one rule."""

    enabled: bool | None = None
    thresholds: Mapping[str, float | None] = Field(default_factory=dict)
    plan_actions: Mapping[str, tuple[str, ...]] = Field(default_factory=dict)


class Overrides(Declared):
    """A workspace's ``rules.yml``."""

    rules: Mapping[str, Override] = Field(default_factory=dict)


@cache
def rulebook() -> Rulebook:
    """Read the rules that ship with the product, once.

    Raises:
        DeclarationFaulty: The declaration is unsound.
    """
    return declare(read_yaml(DECLARATION), Rulebook, DECLARATION.name)


def load_rules(paths: WorkspacePaths) -> Mapping[str, Rule]:
    """Give every rule as this company has it.

    Raises:
        DeclarationFaulty: The workspace's ``rules.yml`` is unsound, or names a rule, threshold
            or step that there is not; every fault at once, with what is known.
    """
    shipped = rulebook().rules
    if not paths.rules.is_file():
        return shipped
    overrides = read_declaration(paths.rules, Overrides).rules
    if faults := list(_strangers(paths.rules, overrides)):
        raise DeclarationFaulty(faults)
    return {
        name: _overruled(rule, overrides[name]) if name in overrides else rule
        for name, rule in shipped.items()
    }


def rules_of(desk: Desk) -> Mapping[str, Rule]:
    """Give every rule as the desk's company has it, and note that its file was read."""
    desk.files_read.add(desk.paths.rules.name)
    return load_rules(desk.paths)


def _overruled(rule: Rule, override: Override) -> Rule:
    thresholds = {
        name: threshold.model_copy(update={"value": override.thresholds[name]})
        if name in override.thresholds
        else threshold
        for name, threshold in rule.thresholds.items()
    }
    enabled = rule.enabled if override.enabled is None else override.enabled
    steps = {**rule.plan_actions, **override.plan_actions}
    return rule.model_copy(
        update={"thresholds": thresholds, "enabled": enabled, "plan_actions": steps}
    )


def _strangers(path: Path, overrides: Mapping[str, Override]) -> Iterator[Fault]:
    rules = rulebook().rules
    for name, override in overrides.items():
        if name not in rules:
            known = f"known: {min(rules)} to {max(rules)}"
            yield Fault(f"{path}: rules.{name}", "is no known rule", known)
            continue
        rule = rules[name]
        named = [
            *(("thresholds", one, rule.thresholds) for one in override.thresholds),
            *(("plan_actions", one, rule.plan_actions) for one in override.plan_actions),
        ]
        for part, one, there in named:
            if one not in there:
                known = f"known: {', '.join(there) or 'none'}"
                yield Fault(f"{path}: rules.{name}.{part}.{one}", "is no known key", known)
        for one, value in override.thresholds.items():
            if one in rule.thresholds and value is None and rule.thresholds[one].value is not None:
                where = f"{path}: rules.{name}.thresholds.{one}"
                yield Fault(where, "is empty", "write a number, or switch the rule off")
