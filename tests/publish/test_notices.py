"""Notices reach mail and webhooks with the summary inside, once, and without a secret."""

from __future__ import annotations

import json
import logging
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

import pytest
from listening import mail_server, web_hook
from pages_by_hand import HOSTILE, WORKSPACE

from helpers.config.notices import Receiver
from helpers.paths import WorkspacePaths
from helpers.publish.editions import RECORD, Edition, PageRecord, SummaryRecord, write_summary
from helpers.publish.notices import announcing, delivering
from helpers.publish.notices.announcing import OUTBOX, announce
from helpers.publish.notices.delivering import _fitted, send, shown_address
from helpers.publish.notices.messages import Message, message_of
from helpers.publish.notices.occasions import data_late, of_edition, pages_failed, restated
from helpers.publish.notices.trying import drafts, try_receivers
from helpers.vocabulary.labels import Label
from helpers.vocabulary.periods import parse_period

NOW = datetime(2025, 11, 6, 8, 0, tzinfo=UTC)
PASSWORD = "correct-horse/7&battery"
OCTOBER = parse_period("2025-10")


@pytest.fixture
def paths(tmp_path):
    return WorkspacePaths(tmp_path)


@pytest.fixture
def edition(paths):
    """An edition by hand: its record, and the summary that lies beside it."""
    made = Edition(
        review="monthly",
        title=Label(en="Monthly review", zh="月度经营回顾"),
        period="2025-10",
        fiscal_start=1,
        number=2,
        status="preliminary",
        data_through=date(2025, 10, 31),
        awaiting={"zh": "广告费用", "en": "advertising fees"},
        key="k",
        languages=("zh", "en"),
        pages=(PageRecord(file="index", title=Label(en="Executive summary", zh="经营概要")),),
    )
    folder = paths.site / made.folder
    folder.mkdir(parents=True)
    (folder / RECORD).write_text(made.model_dump_json(), encoding="utf-8")
    said = {
        "zh": SummaryRecord(
            sentences=("10月销售额€48.2万，同比增长12.4%。",),
            actions=(f"请决定：{HOSTILE}",),
            at_risk=("销售额：目标存在风险",),
        ),
        "en": SummaryRecord(
            sentences=("October sales rose 12.4% to €482k.",),
            actions=(f"Decide about {HOSTILE}\r\nBcc: spy@example.com",),
            at_risk=("GMV: €482k against a target of €600k.",),
        ),
    }
    write_summary(folder, said)
    return made


def workspace(*receivers: Receiver):
    return WORKSPACE.model_copy(update={"notices": receivers})


def mail_to(box, **more):
    url = f"mailto://127.0.0.1:{box.port}?user=bot&from=bot@example.com&to=board@example.com"
    return Receiver(**{"name": "board", "url": url, "events": ("published",), **more})


def hook_to(hook, **more):
    return Receiver(**{"name": "hook", "url": f"json://127.0.0.1:{hook.port}/in", **more})


def test_mail_holds_the_summary_in_both_languages_and_shows_hostile_text_as_text(
    paths, edition, monkeypatch
):
    monkeypatch.setenv("SMTP_WORD", PASSWORD)
    with mail_server(PASSWORD) as box:
        board = mail_to(box, secret="env:SMTP_WORD", link="https://reviews.example.com/ops")
        sent = announce(workspace(board), paths, of_edition(paths.site, edition), now=NOW)
    assert [one.outcome for one in sent] == ["delivered"]
    assert box.logins == [("bot", PASSWORD)]
    assert box.to == [["board@example.com"]]
    (mail,) = box.mails
    # The header travels as ASCII (RFC 2047) and is read as Chinese.
    head = box.raw[0].partition(b"\r\n\r\n")[0]
    assert head.isascii()
    assert b"Subject: =?utf-8?" in head
    assert mail["subject"].startswith("灯与壶贸易有限公司：月度经营回顾，2025年10月：已发布")
    assert "Monthly review, October 2025: published (Preliminary, edition 2)" in mail["subject"]
    assert "spy" not in head.decode()
    plain = mail.get_body(("plain",)).get_content()
    markup = mail.get_body(("html",)).get_content()
    for text in (plain, markup):
        assert "10月销售额€48.2万，同比增长12.4%。" in text
        assert "October sales rose 12.4% to €482k." in text
        assert "advertising fees" in text
        assert "https://reviews.example.com/ops/monthly/2025-10/r2/zh/index.html" in text
        assert "https://reviews.example.com/ops/monthly/2025-10/r2/en/index.html" in text
    assert "<script" not in markup
    assert "<img" not in markup
    assert "&lt;script&gt;document.title=" in markup
    assert PASSWORD not in box.raw[0].decode() + (paths.runs / OUTBOX).read_text(encoding="utf-8")


def test_a_receiver_is_told_in_its_own_language_of_what_it_asked_for(paths, edition):
    with web_hook() as hook:
        chat = hook_to(hook, language="en", events=("target_at_risk", "restated"))
        weekly = hook_to(hook, name="weekly", reviews=("weekly",))
        said = [
            *of_edition(paths.site, edition),
            restated(edition, [Label(en="September: 1 → 2", zh="9月：1 → 2")]),
        ]
        sent = announce(workspace(chat, weekly), paths, said, now=NOW)
    assert [(one.receiver, one.announcement.kind) for one in sent] == [
        ("hook", "target_at_risk"),
        ("hook", "restated"),
    ]
    risk, past = hook.bodies
    assert risk["title"] == "Lantern & Kettle Co.: Monthly review, October 2025: targets at risk: 1"
    assert "GMV: €482k against a target of €600k." in risk["message"]
    assert "销售额" not in risk["message"]
    assert "September: 1 → 2" in past["message"]


def test_nobody_is_told_twice_and_late_data_are_told_once_a_day(paths, edition):
    said = of_edition(paths.site, edition)
    late = data_late("monthly", OCTOBER, [Label(en="orders of Shop DE", zh="德国店订单")])
    less = data_late("monthly", OCTOBER, [Label(en="fees", zh="费用")])
    with web_hook() as hook:
        told = workspace(hook_to(hook))
        assert len(announce(told, paths, [*said, late], now=NOW)) == 3
        assert announce(told, paths, [*said, late, less], now=NOW + timedelta(hours=9)) == ()
        assert len(announce(told, paths, [*said, less], now=NOW + timedelta(days=1))) == 1
    assert len(hook.bodies) == 4


def test_a_clock_set_back_repeats_no_edition_and_loses_no_message(paths, edition):
    with web_hook() as hook:
        told = workspace(hook_to(hook, events=("published", "data_late")))
        said = of_edition(paths.site, edition)
        late = data_late("monthly", OCTOBER, [Label(en="fees", zh="费用")])
        hook.answer = 500
        announce(told, paths, [*said, late], now=NOW)
        hook.answer = 200
        before = NOW - timedelta(days=800)
        outcomes = [one.outcome for one in announce(told, paths, said, now=before)]
        assert outcomes == ["delivered", "delivered"]
        assert announce(told, paths, said, now=before) == announce(told, paths, said, now=NOW) == ()


def test_killed_between_sending_and_noting_one_message_comes_twice_at_most(
    paths, edition, monkeypatch
):
    class Killed(BaseException):
        """Nothing catches it, as nothing catches a kill."""

    def killed(*_):
        raise Killed

    with web_hook() as hook:
        told = workspace(hook_to(hook, events=("published",)))
        said = of_edition(paths.site, edition)
        with monkeypatch.context() as patch, pytest.raises(Killed):
            patch.setattr(announcing._Outbox, "note", killed)
            announce(told, paths, said, now=NOW)
        announce(told, paths, now=NOW)
        announce(told, paths, said, now=NOW)
    assert len(hook.bodies) == 2


def test_what_could_not_be_sent_is_told_and_tried_again_but_not_for_ever(paths, edition, capsys):
    with web_hook() as hook:
        told = workspace(hook_to(hook, events=("published",)))
        hook.answer = 500
        (first,) = announce(told, paths, of_edition(paths.site, edition), now=NOW)
        assert first.outcome == "to be tried again"
        assert "notices: hook: published not delivered" in capsys.readouterr().err
        hook.answer = 200
        assert announce(told, paths, now=NOW + timedelta(minutes=4)) == (), "it rests first"
        later = NOW + timedelta(minutes=5)
        assert [one.outcome for one in announce(told, paths, now=later)] == ["delivered"]
        assert announce(told, paths, now=later) == ()
        hook.answer = 500
        for_ever = [data_late("monthly", OCTOBER, [Label(en="x", zh="x")])]
        late = workspace(hook_to(hook))
        # Runs come every quarter of an hour for three days; it is tried ever more seldom.
        tried = []
        for quarter in range(3 * 24 * 4):
            now = NOW + timedelta(minutes=15 * quarter)
            tried += [
                (quarter, one.outcome)
                for one in announce(late, paths, for_ever[: quarter == 0], now=now)
            ]
        assert [outcome for _, outcome in tried] == ["to be tried again"] * 11 + ["given up"]
        pauses = [b - a for (a, _), (b, _) in pairwise(tried)]
        assert pauses == [1, 1, 2, 3, 6, 11, 22, 43, 48, 48, 48]
        assert announce(late, paths, for_ever, now=NOW) == ()


def test_a_server_that_hangs_is_left_and_the_next_receiver_is_told(paths, edition, monkeypatch):
    # Long enough for the receiver that does answer, however busy the machine.
    monkeypatch.setattr(delivering, "ANSWER_SECONDS", 3)
    with web_hook() as hook, web_hook() as other:
        hook.hangs.set()
        said = of_edition(paths.site, edition)[:1]
        two = workspace(hook_to(hook), hook_to(other, name="other"))
        outcomes = [one.outcome for one in announce(two, paths, said, now=NOW)]
    assert outcomes == ["to be tried again", "delivered"]


def test_a_wrong_password_is_named_and_not_repeated(paths, edition, monkeypatch, capsys, caplog):
    monkeypatch.setenv("SMTP_WORD", "wrong-word-4711")
    caplog.set_level(logging.DEBUG)
    with mail_server(PASSWORD) as box:
        (tried,) = try_receivers(workspace(mail_to(box, secret="env:SMTP_WORD")), paths)
    assert box.raw == []
    assert "535" in str(tried[1])
    said = capsys.readouterr()
    assert "wrong-word-4711" not in str(tried[1]) + said.out + said.err + caplog.text


def test_a_secret_that_is_not_there_stops_one_receiver_only(paths, edition, monkeypatch, capsys):
    monkeypatch.delenv("NOT_SET", raising=False)
    with web_hook() as hook:
        gone = Receiver(name="gone", url="env:NOT_SET")
        said = of_edition(paths.site, edition)[:1]
        outcomes = [one.outcome for one in announce(workspace(gone, hook_to(hook)), paths, said)]
    assert outcomes == ["to be tried again", "delivered"]
    assert "env:NOT_SET: is not set in the environment; set it" in capsys.readouterr().err


def test_a_dry_run_prints_what_would_be_sent_and_sends_and_notes_nothing(
    paths, edition, monkeypatch
):
    token = "0123456789abcdef0123456789abcdef"
    monkeypatch.setenv("CHAT", f"dingtalk://{token}")
    chat = Receiver(name="chat", url="env:CHAT", language="zh")
    found = drafts(workspace(chat), paths, "monthly/2025-10")
    assert [one.kind for one in found] == ["published", "target_at_risk"]
    assert found[0].address == "env:CHAT"
    message = message_of(of_edition(paths.site, edition)[0], WORKSPACE, paths, chat)
    assert found[0].message == message
    assert token not in repr(found)
    assert not (paths.runs / OUTBOX).exists()


def test_a_page_that_failed_is_told_with_what_readers_see_instead(paths):
    why = [(Label(en="Stock", zh="库存"), 'KeyError: "gmv"\nTraceback')]
    said = pages_failed("monthly", OCTOBER, why)
    text = message_of(said, WORKSPACE, paths, Receiver(name="x", url="json://host")).text
    assert 'Stock: KeyError: "gmv" Traceback' in text
    assert "Readers keep the last good edition." in text
    assert "读者仍看到上一个完好版本" in text
    assert "库存" in text


@pytest.mark.parametrize(
    ("address", "asked_at", "text_at"),
    [
        ("dingtalk://{token}", "oapi.dingtalk.com", ("text", "content")),
        ("feishu://{token}", "open.feishu.cn", ("content", "text")),
        ("wecombot://{token}", "qyapi.weixin.qq.com", ("text", "content")),
        ("slack://T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ", "hooks.slack.com", None),
    ],
)
def test_chats_are_told_in_their_own_ways(paths, edition, monkeypatch, address, asked_at, text_at):
    """No network: what apprise would post is caught at its door."""
    import requests

    posted = []

    def post(self, method, url, **how):
        posted.append((url, how.get("data") or how.get("json")))
        answer = requests.Response()
        answer.status_code = 200
        answer._content = b'{"errcode": 0, "code": 0, "StatusCode": 0, "ok": true}'
        if "slack" in url:
            answer._content = b"ok"
        return answer

    monkeypatch.setattr(requests.Session, "request", post)
    token = "0123456789abcdef0123456789abcdef0123"
    monkeypatch.setenv("CHAT", address.format(token=token))
    chat = Receiver(name="chat", url="env:CHAT", language="zh")
    message = message_of(of_edition(paths.site, edition)[0], WORKSPACE, paths, chat)
    assert send(chat, message) == ""
    (where, data) = posted[0]
    assert asked_at in where
    body = json.loads(data) if isinstance(data, (str, bytes)) else data
    told = json.dumps(body, ensure_ascii=False)
    assert "10月销售额€48.2万，同比增长12.4%。" in told
    if text_at:
        assert "月度经营回顾" in body[text_at[0]][text_at[1]]


def test_a_message_too_long_for_a_chat_loses_its_end_and_keeps_the_way_to_the_rest():
    text = "\n".join(["零" * 100] * 10 + ["https://example.com/r2"])
    cut = _fitted(Message("题", text, ""), 2048)
    assert 1700 < len(cut.encode()) <= 2048 - len("题\r\n".encode())
    assert cut.endswith("零\n…\nhttps://example.com/r2")
    assert _fitted(Message("题", text, ""), None) == text


def test_an_address_is_shown_without_what_could_be_a_secret():
    board = Receiver(name="b", url="mailtos://mail.example.com?to=a@b.example", secret="env:WORD")
    assert shown_address(board) == "mailtos://mail.example.com?to=a@b.example (secret env:WORD)"
    assert shown_address(Receiver(name="b", url="keyring:chat/ops")) == "keyring:chat/ops"
