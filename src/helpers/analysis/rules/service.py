"""Rules about service: how fast buyers are answered, and how fast returns are closed."""

from __future__ import annotations

from datetime import timedelta

from helpers.analysis.rates import wilson_interval
from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case
from helpers.analysis.rules.judging import side_of
from helpers.analysis.signal import MINIMUM_CASES

#: Whom the stricter European promise is made to: the EU, the EEA, Britain and Switzerland.
EUROPE = (
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
    "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip


def first_replies(case: Case) -> Answer:
    """R13: first answer within the hours promised to a market, in its business hours.

    Business hours are those of the buyer's market (``response_hours`` of the tables). What was
    never answered counts as late.
    """
    if not any(case.desk.warehouse.has(table) for table in ("service_tickets", "inquiries")):
        return case.lacks(["service_tickets"])
    europe = ", ".join(f"'{one}'" for one in EUROPE)
    found = case.desk.warehouse.sql(
        f"""
        WITH asked AS (
            SELECT country, response_hours, first_reply_at FROM service_tickets
            WHERE local_date BETWEEN $1 AND $2
            UNION ALL
            SELECT country, response_hours, first_reply_at FROM inquiries
            WHERE local_date BETWEEN $1 AND $2
        ),
        waited AS (
            SELECT coalesce(country, '') AS market,
                   coalesce(country IN ({europe}), false) AS is_europe, response_hours AS hours
            FROM asked
            -- Answered at an hour that cannot be told is no case; not answered at all is one.
            WHERE response_hours IS NOT NULL OR first_reply_at IS NULL
        )
        SELECT market, is_europe, count(*) AS n,
               count(*) FILTER (WHERE hours <= CASE WHEN is_europe THEN $3 ELSE $4 END) AS in_time
        FROM waited GROUP BY ALL ORDER BY n DESC, market
        """,
        (case.start, case.end, case.at("hours_europe"), case.at("hours")),
    )
    n, in_time, wanted = int(found["n"].sum()), int(found["in_time"].sum()), case.at("share")
    items, met = [], 0
    for row in found.to_dict("records"):
        side = side_of(row["in_time"], row["n"], wanted)
        met += side == "above" or (side == "undecided" and row["in_time"] >= wanted * row["n"] > 0)
        if side == "below":
            promised = case.told_at("hours_europe" if row["is_europe"] else "hours")
            items.append(
                {
                    "item": row["market"], "scope": f"market:{row['market']}",
                    "label": case.desk.member_label("market", row["market"]),
                    "scope_label": case.desk.member_label("market", row["market"]),
                    "action": "answer", "quantity": row["n"] - row["in_time"], "unit": "count",
                    "detail": case.detail("late", share=(row["in_time"] / row["n"], "percent"),
                                          hours=promised),
                }
            )  # fmt: skip
    undecided = len(found) - met - len(items)
    facts = {"n": n, "figure": in_time / n if n else None, "threshold": wanted, "unit": "percent",
             "interval": wilson_interval(in_time, n), "not_judged": undecided}  # fmt: skip
    told = {"share": (in_time / n if n else None, "percent"), "wanted": (wanted, "percent"),
            "n": (n, "count"), "count": (len(items), "count")}  # fmt: skip
    told["asked"] = told.pop("n")
    if items:
        return case.act(items, **facts, **told, plural=len(items) != 1)
    return (case.fine if met else case.unknown)(**facts, **told)


def after_sales(case: Case) -> Answer:
    """R14: inspect within 24 hours, refund or exchange within 3 days, all of it within 7.

    Moments of the return are taken where the export tells them; otherwise the day it arrived and
    the day of the order's refund. A refund before the goods came back is in time. Without moments
    of inspection that part is not judged.
    """
    cycle = int(case.at("cycle_days"))
    # Returns younger than the cycle can still be in time: they are not judged yet.
    last = case.end - timedelta(days=cycle)
    found = case.desk.warehouse.sql(
        """
        WITH back AS (
            SELECT r.store_id, r.order_id, r.sku, r.line_no,
                   coalesce(any_value(received_at)::DATE, r.local_date) AS came_on,
                   coalesce(any_value(requested_at)::DATE, r.local_date) AS asked_on,
                   coalesce(any_value(refunded_at)::DATE, min(f.local_date)) AS refunded_on,
                   any_value(date_diff('minute', received_at, inspected_at)) / 60.0 AS inspection
            FROM returns r
            LEFT JOIN refunds f ON f.store_id = r.store_id AND f.order_id = r.order_id
                 AND coalesce(f.sku, r.sku) = r.sku AND f.local_date <= $2
            WHERE r.local_date BETWEEN $1 AND $3
            GROUP BY r.store_id, r.order_id, r.sku, r.line_no, r.local_date
        )
        SELECT store_id, count(*) AS n,
               count(*) FILTER (WHERE refunded_on - came_on <= $4) AS in_time,
               count(*) FILTER (WHERE coalesce(refunded_on - asked_on, 9999) > $5) AS open,
               count(inspection) AS inspected,
               count(*) FILTER (WHERE inspection <= $6) AS soon
        FROM back GROUP BY store_id ORDER BY store_id
        """,
        (case.days_back(case.at("window_days")), case.end, last, int(case.at("refund_days")),
         cycle, case.at("inspect_hours")),
    )  # fmt: skip
    n, in_time, late = (int(found[name].sum()) for name in ("n", "in_time", "open"))
    inspected, soon = (int(found[name].sum()) for name in ("inspected", "soon"))
    wanted = case.at("share")
    sides = {side_of(in_time, n, wanted), side_of(soon, inspected, wanted)}
    facts = {"n": n, "figure": in_time / n if n else None, "threshold": wanted, "unit": "percent",
             "interval": wilson_interval(in_time, n)}  # fmt: skip
    told = {"share": (in_time / n if n else None, "percent"), "wanted": (wanted, "percent"),
            "soon": (soon / inspected, "percent") if inspected else case.words("unknown"),
            "returns": (n, "count"), "late": (late, "count"), "cycle": case.told_at("cycle_days"),
            "refund": case.told_at("refund_days")}  # fmt: skip
    if "below" in sides:
        items = [
            {
                "item": row["store_id"], "label": case.desk.member_label("store", row["store_id"]),
                **case.in_store(row["store_id"]), "action": "refund", "quantity": row["open"],
                "unit": "count",
                "detail": case.detail("refunded", share=(row["in_time"] / row["n"], "percent")),
            }
            for row in found.sort_values("open", ascending=False).to_dict("records")
            if row["open"] or row["soon"] < row["inspected"]
        ]  # fmt: skip
        return case.act(items, **facts, **told)
    enough = n >= MINIMUM_CASES and in_time >= wanted * n
    return (case.fine if enough else case.unknown)(**facts, **told)


CHECKS = {"R13": first_replies, "R14": after_sales}
