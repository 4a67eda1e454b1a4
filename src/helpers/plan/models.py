"""The shapes of ``plan/<year>/*.yml``: one model a file, all cross-referenced by id.

The loop of the review (DOMAIN B14) is problem -> strategy -> action -> resource, and every link
is an id, so that an orphan on either side can be named.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field, StringConstraints, model_validator

from helpers.config.workspace import Country, Currency
from helpers.vocabulary.labels import Declared, Label, Line, Words

Id = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]*$", max_length=60)]
MetricId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$")]
Quarter = Literal["Q1", "Q2", "Q3", "Q4"]
QUARTERS: tuple[Quarter, ...] = ("Q1", "Q2", "Q3", "Q4")


class Scope(Declared):
    """The part of the company a figure is about; nothing named means all of it."""

    store: str | None = None
    platform: str | None = None
    market: Country | None = None
    category: str | None = None

    @model_validator(mode="after")
    def _one_at_most(self) -> Scope:
        if len(self.named) > 1:
            raise ValueError("a scope names one of store, platform, market, category")
        return self

    @property
    def named(self) -> dict[str, str]:
        """Give the one dimension and member that are named, or nothing."""
        return {key: value for key, value in self.model_dump().items() if value}

    @property
    def dimension(self) -> str:
        """Give the named dimension, or ``""`` for the whole company."""
        return next(iter(self.named), "")

    @property
    def member(self) -> str:
        """Give the named member, or ``""`` for the whole company."""
        return next(iter(self.named.values()), "")


class Baseline(Declared):
    """What a relative target starts from; the value is computed, never typed."""

    period: Words


class Target(Declared):
    """A promise: this metric, of this scope, reaches this value by this day.

    ``relative`` and ``points`` targets (A3-12) name the baseline period they start from.
    """

    id: Id
    metric: MetricId
    scope: Scope = Scope()
    change_kind: Literal["absolute", "relative", "points"] = "absolute"
    #: The value itself, the relative change (0.2 is +20 %), or the change in points (0.01 is 1 pp).
    value: Decimal
    baseline: Baseline | None = None
    #: Values reached at the end of each quarter: cumulative where the metric adds up over time.
    milestones: dict[Quarter, Decimal] = Field(default_factory=dict)
    due: date
    owner: Label
    objective: Id
    role: Literal["leading", "lagging"]

    @model_validator(mode="after")
    def _baseline_where_needed(self) -> Target:
        if self.change_kind != "absolute" and self.baseline is None:
            raise ValueError(f"a {self.change_kind} target needs a baseline period")
        return self


class Objective(Declared):
    """What a group of targets is for."""

    id: Id
    label: Label


class Targets(Declared):
    """``targets.yml``."""

    objectives: tuple[Objective, ...] = ()
    targets: tuple[Target, ...] = ()


class Action(Declared):
    """One row of the quarterly action table (S4: 季度 / 重点任务 / 关键指标 / 资源需求)."""

    id: Id
    quarter: Quarter
    task: Label
    metric: MetricId
    scope: Scope = Scope()
    strategy: Id
    owner: Label
    started_on: date | None = None
    due: date
    done_on: date | None = None
    status: Literal["planned", "running", "done", "dropped"]
    resources: Label
    #: What sort of action it is, where the catalogue counts such: trainings held, care of
    #: customers by tier, upgrades of shop windows, requests to another team.
    kind: Literal["training", "care", "visual_upgrade", "request"] | None = None
    #: The tier of customers that an action of care is for.
    tier: str | None = None
    #: When another team was asked, and when it answered.
    requested_on: date | None = None
    answered_on: date | None = None


class Actions(Declared):
    """``actions.yml``."""

    actions: tuple[Action, ...] = ()


class Problem(Declared):
    """Something wrong, with the metric that shows it."""

    id: Id
    statement: Label
    metric: MetricId
    scope: Scope = Scope()
    period: Words


class Strategy(Declared):
    """What is done about problems, in one line."""

    id: Id
    label: Label
    problems: tuple[Id, ...] = Field(min_length=1)


class Resource(Declared):
    """People, money, training or tools that actions need."""

    id: Id
    kind: Literal["people", "budget", "training", "tool"]
    label: Label
    actions: tuple[Id, ...] = Field(min_length=1)
    amount: Decimal | None = None
    currency: Currency | None = None
    needed_by: date


class Loop(Declared):
    """``loop.yml``: problems, strategies, resources."""

    problems: tuple[Problem, ...] = ()
    strategies: tuple[Strategy, ...] = ()
    resources: tuple[Resource, ...] = ()


class Trigger(Declared):
    """When a risk has come true: the metric is beyond the threshold."""

    metric: MetricId
    scope: Scope = Scope()
    beyond: Literal["above", "below"]
    threshold: Decimal


class Risk(Declared):
    """What may happen, how we would notice, and what we would do."""

    id: Id
    kind: Literal["rule_change", "competition", "supply", "logistics", "currency", "compliance"]
    label: Label
    probability: Annotated[int, Field(ge=1, le=5)]
    impact: Annotated[int, Field(ge=1, le=5)]
    trigger: Trigger | None = None
    contingency: Label
    actions: tuple[Id, ...] = ()
    reviewed_on: date
    #: Of a new rule: the day from which it holds, and the day on which we knew what to do.
    effective_on: date | None = None
    plan_ready_on: date | None = None
    #: The day on which it was clear that the risk does not hit us any more.
    avoided_on: date | None = None


class Risks(Declared):
    """``risks.yml``."""

    risks: tuple[Risk, ...] = ()


class Capture(Declared):
    """What a person saw of a rival's offer on one day (R28: price, image, page, promotion)."""

    captured_on: date
    price: Annotated[Decimal, Field(gt=0)]
    currency: Currency
    pack_size: Annotated[int, Field(ge=1)] = 1
    promotion_depth: Annotated[Decimal, Field(ge=0, lt=1)] = Decimal(0)
    promotion: Label | None = None
    main_image: Words
    detail_page: Words
    rating: Annotated[Decimal, Field(ge=0, le=5)] | None = None
    review_count: Annotated[int, Field(ge=0)] | None = None


class Rival(Declared):
    """One competing offer beside one of ours."""

    id: Id
    name: Words
    sku: Words
    market: Country
    own: tuple[Capture, ...] = Field(min_length=1)
    captures: tuple[Capture, ...] = Field(min_length=1)


class Competitors(Declared):
    """``competitors.yml``."""

    rivals: tuple[Rival, ...] = ()


class CommentHead(Declared):
    """What stands above the text of ``commentary/*.md``."""

    author: Line
    written_on: date
    #: What the text says of figures, where it does not say it beside a live number.
    claims: tuple[Words, ...] = ()


class SignOff(Declared):
    """``sign_offs/*.yml``: a named person stands by the figures of one edition."""

    review: str
    period: str
    #: The number of the edition that the signer saw.
    edition: Annotated[int, Field(ge=1)]
    name: Line
    signed_on: date
    #: Fingerprint of the figures of that edition: the sign-off holds for these and no others.
    figures: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{20}$")]
    note: Line | None = None
