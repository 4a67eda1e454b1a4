"""Rules about customers and service, by counts worked out by hand."""

import pytest

from desk_of_tables import desk_of, sale
from helpers.analysis.rules.checking import check_rules

DOLLAR = {"day": "2025-12-30", "currency": "USD", "kind": "daily", "rate": "0.9"}


def answer(rule, **tables):
    return check_rules(desk_of(tables), only=[rule])[0]


def orders(*amounts, key="k", days=("2025-10-01", "2025-11-01", "2025-12-05")):
    return [
        sale(order_id=f"{key}{n}", customer_key=key, local_date=day, gmv=amount)
        for n, (amount, day) in enumerate(zip(amounts, days, strict=False))
    ]


# -- R11, R12 -------------------------------------------------------------------------------


def test_a_high_value_customer_is_recent_frequent_and_spends():
    # 50 dollars are 45: three orders of 50, the last within 30 days. The other buys once for 10.
    lines = orders(50, 50, 50) + orders(10, key="j", days=["2025-12-06"])
    found = answer("R11", order_lines=lines, fx_rates=[DOLLAR])
    assert found.answer == "act"
    assert found.figure == 1
    assert "93.8% of what known buyers spent" in found.sentence.en  # 150 of 160
    assert "US$50" in found.sentence.en


def test_two_orders_are_not_three():
    assert answer("R11", order_lines=orders(50, 50), fx_rates=[DOLLAR]).answer == "fine"


def test_unknown_buyers_or_an_unknown_dollar_decide_nothing():
    assert answer("R11", order_lines=[sale()], fx_rates=[DOLLAR]).answer == "not_enough_data"
    assert answer("R11", order_lines=orders(50, 50, 50)).answer == "not_enough_data"


def test_a_large_order_of_a_valued_customer_earns_a_gift():
    # 200 dollars are 180.
    given = answer("R12", order_lines=orders(50, 50, 180), fx_rates=[DOLLAR])
    assert given.answer == "act"
    assert list(given.items["quantity"]) == [1]
    assert answer("R12", order_lines=orders(180, 50, 50), fx_rates=[DOLLAR]).answer == "fine"
    assert answer("R12", order_lines=[sale()], fx_rates=[DOLLAR]).answer == "not_enough_data"


# -- R04, R20 -------------------------------------------------------------------------------


def mailing(kind, delivered, orders=0, opened=None):
    return {"store_id": "shop-uk", "campaign": kind, "kind": kind, "local_date": "2025-12-03",
            "sent": delivered, "delivered": delivered, "opened": opened, "orders": orders,
            "currency": "GBP"}  # fmt: skip


@pytest.mark.parametrize(
    ("won", "verdict"),
    # Wilson of 100: 5 is 11.2 % at most, 40 is 30.9 % at least, 18 is 12 to 27 %.
    [(5, "act"), (40, "fine"), (18, "not_enough_data")],
)
def test_baskets_won_back(won, verdict):
    found = answer("R04", campaign_sends=[mailing("cart", 100, won)])
    assert found.answer == verdict
    if verdict == "act":
        assert "Not causal" in found.sentence.en
        assert "不代表因果" in found.sentence.zh


CONSENT = [
    {"store_id": "shop-de", "customer_key": "k", "accepts_marketing": True, "currency": "EUR"},
    {"store_id": "shop-de", "customer_key": "no", "accepts_marketing": False, "currency": "EUR"},
]


def test_mails_fall_due_after_an_order_for_those_who_accept_them():
    # Ordered on 30 December: 7 days are 6 January, 30 days 29 January, 90 days lie past the month.
    lines = orders(10, days=["2025-12-30"]) + orders(10, key="no", days=["2025-12-30"])
    found = answer("R20", order_lines=lines, customers=CONSENT)
    assert found.answer == "act"
    assert dict(zip(found.items["item"], found.items["quantity"], strict=True)) == {
        "7d": 1, "30d": 1,
    }  # fmt: skip
    assert [str(day)[:10] for day in found.items["due"]] == ["2026-01-06", "2026-01-29"]
    assert "k" not in set(found.items["item"])


def test_nobody_due_and_mails_opened_is_fine():
    lines = orders(10, days=["2025-01-05"])
    sends = [mailing("30d", 100, opened=40)]
    fine = answer("R20", order_lines=lines, customers=CONSENT, campaign_sends=sends)
    assert fine.answer == "fine"
    unknown = answer("R20", order_lines=lines, customers=CONSENT)
    assert unknown.answer == "not_enough_data"


def test_mails_that_nobody_opens_are_to_be_improved():
    lines = orders(10, days=["2025-01-05"])
    sends = [mailing("30d", 100, opened=5)]  # 11.2 % at most
    found = answer("R20", order_lines=lines, customers=CONSENT, campaign_sends=sends)
    assert list(found.items["action"]) == ["improve"]


# -- R13, R14 -------------------------------------------------------------------------------


def tickets(count, hours, country="DE"):
    """Questions that waited so many business hours; None: nobody has answered."""
    return [
        {"store_id": "shop-de", "ticket_id": f"{country}{n}", "opened_at": "2025-12-01 10:00:00",
         "local_date": "2025-12-01", "country": country, "response_hours": hours,
         "first_reply_at": None if hours is None else "2025-12-02 10:00:00"}
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "hours", "country", "verdict"),
    [
        (30, 4, "DE", "fine"),
        (30, 4.1, "DE", "act"),
        (30, None, "DE", "act"),
        (5, None, "DE", "not_enough_data"),
        (30, 8, "US", "fine"),
        (30, 8.1, "US", "act"),
    ],
)
def test_europe_is_answered_within_four_business_hours_and_others_within_eight(
    count, hours, country, verdict
):
    found = answer("R13", service_tickets=tickets(count, hours, country))
    assert found.answer == verdict
    if verdict == "act":
        assert found.items["scope"].iloc[0] == f"market:{country}"
        assert list(found.items["quantity"]) == [count]


def test_inquiries_are_questions_too():
    asked = [
        {"store_id": "shop-de", "inquiry_id": f"i{n}", "asked_at": "2025-12-01 10:00:00",
         "local_date": "2025-12-01", "country": "US", "response_hours": 1,
         "first_reply_at": "2025-12-01 11:00:00"}
        for n in range(30)
    ]  # fmt: skip
    assert answer("R13", inquiries=asked).answer == "fine"
    assert answer("R13").lacking == ("service_tickets",)


def returned(count):
    return [
        {"store_id": "shop-de", "order_id": f"o{n}", "sku": "A", "local_date": "2025-12-01",
         "line_no": 1, "quantity": 1}
        for n in range(count)
    ]  # fmt: skip


def refunded(count, day):
    return [
        {"store_id": "shop-de", "refund_id": f"r{n}", "order_id": f"o{n}", "local_date": day,
         "currency": "EUR", "amount": "1"}
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("count", "day", "verdict"),
    [
        (40, "2025-12-04", "fine"),  # 3 days
        (40, "2025-11-30", "fine"),  # before the goods came back
        (40, "2025-12-20", "act"),
        (5, "2025-12-20", "not_enough_data"),
    ],
)
def test_returns_are_refunded_within_three_days(count, day, verdict):
    found = answer("R14", returns=returned(count), refunds=refunded(count, day))
    assert found.answer == verdict
    if verdict == "act":
        assert found.figure == 0
        assert list(found.items["quantity"]) == [40]  # all past 7 days


@pytest.mark.parametrize(("inspected", "verdict"), [("02 09:00", "fine"), ("02 11:00", "act")])
def test_returns_are_inspected_within_a_day(inspected, verdict):
    """Received on the 1st at ten, refunded on the 3rd: only the inspection can be late."""
    rows = [
        one | {"received_at": "2025-12-01 10:00:00", "inspected_at": f"2025-12-{inspected}:00",
               "refunded_at": "2025-12-03 10:00:00", "requested_at": "2025-11-28 10:00:00"}
        for one in returned(40)
    ]  # fmt: skip
    found = answer("R14", returns=rows, refunds=refunded(1, "2025-12-03"))
    assert found.answer == verdict
    assert found.figure == 1
    if verdict == "act":
        assert "inspected in time: 0.0%" in found.sentence.en


def test_the_whole_case_counts_from_the_request():
    """Asked for on 20 November, back on 1 December, refunded on the 3rd: 13 days."""
    rows = [
        one | {"requested_at": "2025-11-20 10:00:00", "refunded_at": "2025-12-03 10:00:00"}
        for one in returned(40)
    ]
    said = answer("R14", returns=rows, refunds=refunded(1, "2025-12-03")).sentence.en
    assert "40 took longer than 7 days" in said
