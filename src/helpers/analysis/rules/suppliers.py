"""Rules about suppliers: rebates to claim, backups to certify, scores to act on."""

from __future__ import annotations

from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case
from helpers.analysis.scorecards import supplier_scorecard


def rebates(case: Case) -> Answer:
    """R15: what sold out within 30 days of receipt earns 15 % back, from 500 units an order."""
    days = int(case.at("days"))
    found = case.desk.warehouse.sql(
        """
        WITH lots AS (
            SELECT po_id, line_no, supplier_id, sku, received_on, received_quantity,
                   (received_quantity * unit_cost_base)::DOUBLE AS worth
            FROM purchase_orders
            WHERE received_on BETWEEN $1 AND $2 AND quantity >= $3 AND received_quantity > 0
        )
        SELECT lots.*, coalesce(sum(l.quantity), 0) AS sold
        FROM lots LEFT JOIN order_lines l ON l.sku = lots.sku AND kind = 'sale'
             AND status = 'placed' AND local_date >= received_on
             AND local_date < received_on + $4
        GROUP BY ALL ORDER BY worth DESC NULLS LAST, po_id, line_no
        """,
        # The 30 days must be over by the end, and have ended within the last quarter.
        (case.days_back(case.at("window_days") + days), case.days_back(days), case.at("minimum"),
         days),
    )  # fmt: skip
    if found.empty:
        return case.unknown(minimum=case.told_at("minimum"))
    out = found[found["sold"] >= found["received_quantity"]]
    facts = {"n": len(found), "figure": float(len(out)), "threshold": 0.0}
    told = {"lots": (len(found), "count"), "count": (len(out), "count"),
            "days": case.told_at("days"), "rebate": case.told_at("rebate")}  # fmt: skip
    if out.empty:
        return case.fine(**facts, **told)
    items = [
        {
            **case.article(row["sku"]), "scope": f"supplier:{row['supplier_id']}",
            "scope_label": row["supplier_id"], "action": "claim",
            "quantity": row["received_quantity"],
            "cash": row["worth"] * case.at("rebate") if row["worth"] == row["worth"] else None,
            "cash_kind": "gained", "detail": row["po_id"],
        }
        for row in out.to_dict("records")
    ]  # fmt: skip
    cash = sum(item["cash"] or 0 for item in items)
    return case.act(items, **facts, **told, cash=(cash, "money"), plural=len(items) != 1)


def backups(case: Case) -> Answer:
    """R24: each core category has two backup suppliers, certified, with a trial order.

    A category is core where a strategic or core supplier makes it.
    """
    found = case.desk.warehouse.sql(
        """
        WITH tried AS (
            SELECT DISTINCT supplier_id FROM purchase_orders WHERE ordered_on <= $1
        )
        SELECT category,
               count(*) FILTER (WHERE is_backup AND certified_on <= $1
                                AND tried.supplier_id IS NOT NULL) AS ready,
               count(*) FILTER (WHERE is_backup) AS named
        FROM suppliers LEFT JOIN tried USING (supplier_id)
        WHERE category IS NOT NULL AND coalesce(active_from, $1) <= $1
          AND coalesce(active_to, $1) >= $1
        GROUP BY category
        HAVING count(*) FILTER (WHERE tier IN ('strategic', 'core')) > 0 ORDER BY category
        """,
        (case.end,),
    )
    if found.empty:
        return case.unknown()
    wanted = int(case.at("backups"))
    short = found[found["ready"] < wanted]
    facts = {"n": len(found), "figure": float(found["ready"].min()), "threshold": float(wanted)}
    told = {"categories": (len(found), "count"), "count": (len(short), "count"),
            "wanted": (wanted, "count")}  # fmt: skip
    if short.empty:
        return case.fine(**facts, **told)
    items = [
        {
            "item": row["category"], "label": row["category"], "action": "certify",
            "quantity": wanted - row["ready"], "unit": "count",
            "detail": case.detail("backups", named=(row["named"], "count"),
                                  ready=(row["ready"], "count")),
        }
        for row in short.to_dict("records")
    ]  # fmt: skip
    return case.act(items, **facts, **told, plural=len(items) != 1)


def quarterly_scores(case: Case) -> Answer:
    """R26: strategic and core suppliers are scored each quarter; talk to those below the mark."""
    cards = supplier_scorecard(case.desk)
    core = cards[cards["tier"].isin(["strategic", "core"])]
    judged = core[(core["deliveries"] >= case.at("deliveries")) & core["score"].notna()]
    undecided = len(core) - len(judged)
    if judged.empty:
        return case.unknown(not_judged=undecided, deliveries=case.told_at("deliveries"))
    mark = case.at("mark")
    low = judged[judged["score"].astype("float64") < mark].sort_values(["score", "member"])
    worst = float(judged["score"].astype("float64").min())
    facts = {"n": len(judged), "not_judged": undecided, "figure": worst, "threshold": mark,
             "unit": "score"}  # fmt: skip
    told = {"judged": (len(judged), "count"), "count": (len(low), "count"),
            "mark": (mark, "score"), "worst": (worst, "score")}  # fmt: skip
    if low.empty:
        return case.fine(**facts, **told)
    items = [
        {
            "item": row["member"], "label": row["label"], "scope": f"supplier:{row['member']}",
            "scope_label": row["label"], "action": "improve", "quantity": row["deliveries"],
            "unit": "count", "cash": row["bought"], "cash_kind": "bought",
            "detail": case.detail("score", score=(row["score"], "score"),
                                  on_time=(row["on_time"], "percent")),
        }
        for row in low.to_dict("records")
    ]  # fmt: skip
    return case.act(items, **facts, **told, plural=len(items) != 1)


CHECKS = {"R15": rebates, "R24": backups, "R26": quarterly_scores}
