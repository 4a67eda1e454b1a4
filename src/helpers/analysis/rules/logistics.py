"""Rules about logistics: carriers that keep buyers waiting, and the way goods should travel."""

from __future__ import annotations

from helpers.analysis.rules.answer import Answer
from helpers.analysis.rules.case import Case
from helpers.analysis.scorecards import carrier_scorecard


def slow_carriers(case: Case) -> Answer:
    """R16: a carrier more than 3 days late on a lane is switched for a backup.

    Late on the mean of the shipments that arrived in the last 90 days, and credibly so: the lower
    end of the mean's interval lies past the limit, too.
    """
    cards = carrier_scorecard(case.desk)
    limit, least = case.at("days"), case.at("shipments")
    known = cards[cards["delay_days"].notna()]
    enough = known[known["shipments"] >= least]
    late = enough[enough["delay_days"] > limit]
    switch = late[late["delay_lower"] > limit].sort_values("delay_days", ascending=False)
    undecided = len(known) - len(enough) + len(late) - len(switch)
    facts = {"n": int(known["shipments"].sum()), "not_judged": undecided, "threshold": limit,
             "unit": "days",
             "figure": float(enough["delay_days"].max()) if len(enough) else None}  # fmt: skip
    told = {"lanes": (len(enough), "count"), "limit": (limit, "days"),
            "undecided": (undecided, "count"), "count": (len(switch), "count")}  # fmt: skip
    if switch.empty:
        return (case.fine if len(enough) > len(late) else case.unknown)(**facts, **told)
    items = [
        {
            "item": f"{row['carrier']} {row['lane']}", "label": f"{row['carrier']} · {row['lane']}",
            "scope": f"lane:{row['lane']}", "scope_label": row["lane"], "action": "switch",
            "quantity": row["shipments"], "unit": "count",
            "detail": case.detail("delay", days=f"{row['delay_days']:.1f}",
                                  backups=row["backups"])
            if row["backups"] == row["backups"] and row["backups"]
            else case.detail("delay_alone", days=f"{row['delay_days']:.1f}"),
        }
        for row in switch.to_dict("records")
    ]  # fmt: skip
    return case.act(items, **facts, **told, plural=len(items) != 1)


def ways_by_stage(case: Case) -> Answer:
    """R27: new goods go by post or line, established ones from a warehouse in the country.

    Parcels of articles past the first stage that still cross a border are what to change; a parcel
    crosses one where its lane begins in another country than it ends in.
    """
    found = case.desk.warehouse.sql(
        """
        WITH parcels AS (
            SELECT DISTINCT s.shipment_id, s.lane, l.sku, s.cost_base,
                   split_part(s.lane, '-', 1) <> split_part(s.lane, '-', 2) AS crosses
            FROM shipments s JOIN order_lines l USING (store_id, order_id)
            JOIN products p ON p.sku = l.sku
            WHERE l.kind = 'sale' AND s.lane LIKE '%-%' AND s.shipped_on BETWEEN ? AND ?
              AND s.shipped_on - p.launched_on > ?
              AND coalesce(p.retired_on, s.shipped_on) >= s.shipped_on
        )
        SELECT lane, any_value(crosses) AS crosses, count(DISTINCT shipment_id) AS parcels,
               count(DISTINCT sku) AS articles, sum(cost_base)::DOUBLE AS cost
        FROM parcels GROUP BY lane ORDER BY parcels DESC, lane
        """,
        (case.days_back(case.at("window_days")), case.end, int(case.at("first_stage_days"))),
    )
    total, least = int(found["parcels"].sum()), int(case.at("parcels"))
    if total < least:
        return case.unknown(n=total, parcels=(total, "count"), least=(least, "count"))
    across = found[found["crosses"].astype(bool)]
    share, limit = float(across["parcels"].sum()) / total, case.at("share")
    busy = across[across["parcels"] >= least]
    facts = {"n": total, "figure": share, "threshold": limit, "unit": "percent"}
    told = {"share": (share, "percent"), "parcels": (total, "count"), "limit": (limit, "percent"),
            "count": (len(busy), "count")}  # fmt: skip
    if share <= limit or busy.empty:
        return case.fine(**facts, **told)
    items = [
        {
            "item": row["lane"], "label": row["lane"], "scope": f"lane:{row['lane']}",
            "scope_label": row["lane"], "action": "relocate", "quantity": row["parcels"],
            "unit": "count", "cash": row["cost"], "cash_kind": "spent",
            "detail": case.detail("articles", count=(row["articles"], "count")),
        }
        for row in busy.to_dict("records")
    ]  # fmt: skip
    return case.act(items, **facts, **told, plural=len(items) != 1)


CHECKS = {"R16": slow_carriers, "R27": ways_by_stage}
