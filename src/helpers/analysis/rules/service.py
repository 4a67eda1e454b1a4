"""Rules about service: how fast buyers are answered, and how fast returns are closed."""

from __future__ import annotations

from datetime import timedelta

from helpers.analysis.rates import wilson_interval
from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case
from helpers.analysis.rules.judging import side_of

#: Whom the stricter European promise is made to: the EU, the EEA, Britain and Switzerland.
EUROPE = (
    "AT", "BE", "BG", "CH", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GB", "GR", "HR", "HU",
    "IE", "IS", "IT", "LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK",
)  # fmt: skip


def first_replies(case: Case) -> Answer:
    """R13: first answer within the hours promised to a market, counted 9:00 to 18:00 local time.

    Business hours of a moment are 9 a day for the days before it and the hours past opening on its
    own day, so that the difference of two moments is the waiting time; every day is a day of
    business. What was never answered counts as late.
    """
    opens, closes = case.at("opens"), case.at("closes")

    def hours(moment: str) -> str:
        own = f"(date_part('hour', {moment}) + date_part('minute', {moment}) / 60.0 - {opens})"
        days = f"({moment}::DATE - DATE '2000-01-01')"
        return f"({closes - opens} * {days} + greatest(0, least({closes - opens}, {own})))"

    europe = ", ".join(f"'{one}'" for one in EUROPE)
    found = case.desk.warehouse.sql(
        f"""
        WITH asked AS (
            SELECT country, opened_at, first_reply_at FROM service_tickets
            WHERE local_date BETWEEN $1 AND $2
            UNION ALL
            SELECT country, asked_at, first_reply_at FROM inquiries
            WHERE local_date BETWEEN $1 AND $2
        ),
        waited AS (
            SELECT coalesce(country, '') AS market, country IN ({europe}) AS is_europe,
                   {hours("first_reply_at")} - {hours("opened_at")} AS hours
            FROM asked
        )
        SELECT market, coalesce(is_europe, false) AS is_europe, count(*) AS n,
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
    """R14: refund or exchange within 3 days of the return, the whole case within 7.

    The day of inspection (24 hours) is in no export, and is not judged. A refund before the goods
    came back is in time.
    """
    cycle = int(case.at("cycle_days"))
    # Returns younger than the cycle can still be in time: they are not judged yet.
    last = case.end - timedelta(days=cycle)
    found = case.desk.warehouse.sql(
        """
        WITH back AS (
            SELECT r.store_id, r.order_id, r.sku, r.local_date,
                   min(f.local_date) AS refunded_on
            FROM returns r
            LEFT JOIN refunds f ON f.store_id = r.store_id AND f.order_id = r.order_id
                 AND coalesce(f.sku, r.sku) = r.sku AND f.local_date <= $2
            WHERE r.local_date BETWEEN $1 AND $3
            GROUP BY ALL
        )
        SELECT store_id, count(*) AS n,
               count(*) FILTER (WHERE refunded_on - local_date <= $4) AS in_time,
               count(*) FILTER (WHERE coalesce(refunded_on - local_date, 9999) > $5) AS open
        FROM back GROUP BY store_id ORDER BY store_id
        """,
        (
            case.days_back(case.at("window_days")),
            case.end,
            last,
            int(case.at("refund_days")),
            cycle,
        ),
    )
    n, in_time, late = (int(found[name].sum()) for name in ("n", "in_time", "open"))
    wanted = case.at("share")
    side = side_of(in_time, n, wanted)
    facts = {"n": n, "figure": in_time / n if n else None, "threshold": wanted, "unit": "percent",
             "interval": wilson_interval(in_time, n)}  # fmt: skip
    told = {"share": (in_time / n if n else None, "percent"), "wanted": (wanted, "percent"),
            "returns": (n, "count"), "late": (late, "count"), "cycle": case.told_at("cycle_days"),
            "refund": case.told_at("refund_days")}  # fmt: skip
    if side == "below":
        items = [
            {
                "item": row["store_id"], "label": case.desk.member_label("store", row["store_id"]),
                **case.in_store(row["store_id"]), "action": "refund", "quantity": row["open"],
                "unit": "count",
                "detail": case.detail("refunded", share=(row["in_time"] / row["n"], "percent")),
            }
            for row in found.sort_values("open", ascending=False).to_dict("records")
            if row["open"]
        ]  # fmt: skip
        return case.act(items, **facts, **told)
    enough = side == "above" or (n >= 30 and in_time >= wanted * n)
    return (case.fine if enough else case.unknown)(**facts, **told)


CHECKS = {"R13": first_replies, "R14": after_sales}
