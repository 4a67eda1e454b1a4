"""To a folder or a bucket: what never changes first, what leads readers last, nothing twice."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest
from buckets import KEYS, LocalBucket, local_bucket
from pages_by_hand import WORKSPACE
from reading import Walk, in_folder
from sites_by_hand import SiteByHand

from helpers.config.targets import Target
from helpers.publish.check import _KINDS
from helpers.publish.sending import Sent, send
from helpers.publish.targets import bucket as buckets
from helpers.publish.targets.bucket import CONTENT_TYPES, Bucket
from helpers.publish.targets.folder import Folder
from helpers.vocabulary.faults import AskedWrongly, WorkFailed

#: Whatever leads a reader, or says what is there; everything else never changes.
CHANGING = (
    "seals.json", "links.js", "2025.json", "books.json", "holds.json", "rollbacks.json",
    "editions.js", "index.html",
)  # fmt: skip


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> SiteByHand:
    """October r1 and r2."""
    made = SiteByHand(tmp_path_factory.mktemp("company"))
    made.publish()
    made.publish()
    return made


@pytest.fixture
def company(two: SiteByHand, tmp_path: Path) -> SiteByHand:
    return two.copied_to(tmp_path / "company")


@pytest.fixture(scope="module")
def server():
    with local_bucket() as running:
        yield running


@pytest.fixture
def board(server: LocalBucket, monkeypatch: pytest.MonkeyPatch) -> LocalBucket:
    server.empty()
    for name in [name for name in os.environ if name.startswith("AWS_")]:
        monkeypatch.delenv(name)
    for name, value in KEYS.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setattr(buckets, "ATTEMPTS", 1)
    return server


@pytest.fixture
def share(tmp_path: Path) -> Path:
    folder = tmp_path / "share"
    folder.mkdir()
    return folder


def sent(company: SiteByHand, target: Target | Path, **how) -> Sent:
    target = target if isinstance(target, Target) else Target(url=str(target))
    workspace = WORKSPACE.model_copy(update={"targets": {"board": target}})
    (done,) = send(workspace, company.paths, **how)
    return done


def led_to(read) -> str:
    (folder,) = Walk(read).go().led_to
    return folder


def files(folder: Path) -> dict[str, bytes]:
    return {
        one.relative_to(folder).as_posix(): one.read_bytes()
        for one in folder.rglob("*")
        if one.is_file()
    }


# -- a bucket ------------------------------------------------------------------------------------


def test_what_never_changes_goes_first_and_what_leads_readers_last(company, board):
    done = sent(company, board.target())
    names = board.written
    assert len(names) == len(set(names)) == done.files > 20
    assert names[-2:] == ["editions.js", "index.html"]
    first = next(at for at, name in enumerate(names) if name.endswith(CHANGING[:-1]))
    assert all(name.split("/")[-1] in CHANGING for name in names[first:])
    kinds = [name.split("/")[0] for name in names[:first]]
    assert list(dict.fromkeys(kinds)) == ["_assets", "monthly", "portal"]
    assert led_to(board.get) == "monthly/2025-10/r2"

    page = "monthly/2025-10/r2/zh/index.html"
    assert board.header(page, "Content-Type") == "text/html; charset=utf-8"
    assert board.header(page, "Cache-Control") == "max-age=31536000, immutable"
    assert board.header("editions.js", "Content-Type") == "text/javascript; charset=utf-8"
    for name in ("editions.js", "index.html"):
        assert board.header(name, "Cache-Control") == "no-cache"

    board.asked.clear()
    assert not sent(company, board.target()).is_new
    assert board.written == []
    assert len(board.asked) < 8  # and it does not ask after every file
    company.roll_back("monthly/2025-10/r1")
    sent(company, board.target())
    assert led_to(board.get) == "monthly/2025-10/r1"
    changed = [name for name in board.written if name.startswith("monthly")]
    assert changed == ["monthly/2025-10/links.js"]
    assert board.get(page)  # what was taken back can be read all the same


def test_no_kind_of_file_that_a_site_may_hold_is_left_to_guesses():
    assert set(CONTENT_TYPES) >= _KINDS


class Cut(OSError):  # noqa: N818 - what happens to it
    """The line is cut, as a kill would cut it: nothing tidies up."""


def test_an_interrupted_sending_leaves_the_old_site_and_is_carried_on(company, board, monkeypatch):
    sent(company, board.target())
    company.publish("2025-11")
    before = board.get("index.html")
    monkeypatch.setattr(buckets, "_TOGETHER", 1)
    whole = Bucket._opened
    left = 0

    class Store:
        def __init__(self, store):
            self.store = store

        def __getattr__(self, name):
            nonlocal left
            if name in ("pipe", "pipe_file"):
                left -= 1
                if left < 0:
                    raise Cut
            return getattr(self.store, name)

    monkeypatch.setattr(Bucket, "_opened", lambda self: Store(whole(self)))
    gone: list[str] = []
    for files_until_cut in (3, 8, 5, 4, 0):  # in assets, edition, links, before the pointer
        left = files_until_cut
        board.asked.clear()
        with pytest.raises(WorkFailed, match="readers there see what they saw before"):
            sent(company, board.target())
        assert not set(gone) & set(board.written), "sent twice"
        gone += board.written
    assert not {"editions.js", "index.html"} & set(gone) and "holds.json" in gone
    assert board.get("index.html") == before
    assert led_to(board.get) == "monthly/2025-10/r2"
    left = 100
    sent(company, board.target())
    assert led_to(board.get) == "monthly/2025-11/r1"


def test_a_file_that_did_not_arrive_whole_leads_nobody_anywhere(company, board, monkeypatch):
    whole = Bucket.put

    def spoilt(self, folder, sources, counted):
        whole(self, folder, sources, counted)
        if folder.startswith("monthly"):
            self._opened().pipe_file(self._path(f"{folder}/{next(iter(sources))}"), b"half")

    monkeypatch.setattr(Bucket, "put", spoilt)
    with pytest.raises(WorkFailed, match="1 files did not arrive whole, monthly/2025-10/r1/"):
        sent(company, board.target())
    assert board.get("index.html") is None
    monkeypatch.setattr(Bucket, "put", whole)
    sent(company, board.target())
    assert led_to(board.get) == "monthly/2025-10/r2"

    name = "monthly/2025-10/r1/en/sales.html"
    Bucket(board.target())._opened().pipe_file(f"board/reviews/{name}", b"half")
    assert not sent(company, board.target()).is_new  # what arrived whole is not asked after again
    assert sent(company, board.target(), everything=True).files == 1
    assert board.get(name) == (company.site / name).read_bytes()


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ({"url": "s3://nowhere/reviews"}, "there is no bucket 'nowhere'"),
        ({"endpoint": "http://127.0.0.1:9"}, "cannot be reached"),
        ({"profile": "chair"}, "there is no profile 'chair'"),
    ],
)
def test_what_is_wrong_is_said_in_words(company, board, monkeypatch, how, said):
    import s3fs

    monkeypatch.setattr(s3fs.S3FileSystem, "retries", 1)
    with pytest.raises(WorkFailed, match=said):
        sent(company, board.target(**how))


def test_a_fault_of_a_moment_is_tried_again(board, monkeypatch):
    target = Bucket(board.target())
    board.overloaded = 1
    with pytest.raises(WorkFailed, match="Service Unavailable"):
        target.read("editions.js")
    monkeypatch.setattr(buckets, "ATTEMPTS", 3)
    board.overloaded = 1
    assert Bucket(board.target()).read("editions.js") is None
    assert board.overloaded == 0


def test_wrong_keys_are_said_so_and_never_told(company, board, monkeypatch):
    board.tell("reset-auth", b"0")
    monkeypatch.setenv("BOARD_KEY", "made-up-other-id")
    monkeypatch.setenv("BOARD_SECRET", "made-up-other-secret")
    keys = {"access_key": "env:BOARD_KEY", "secret_key": "env:BOARD_SECRET"}
    try:
        with pytest.raises(WorkFailed, match=r"does not let us|does not know these keys") as caught:
            sent(company, board.target(**keys))
    finally:
        board.tell("reset-auth", b"100000")
    assert "made-up" not in str(caught.value)
    monkeypatch.delenv("BOARD_SECRET")
    with pytest.raises(WorkFailed, match="env:BOARD_SECRET: is not set"):
        sent(company, board.target(**keys))
    for name in KEYS:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(company.root))  # no ~/.aws either
    with pytest.raises(WorkFailed, match="no keys were found"):
        sent(company, board.target())


# -- a folder ------------------------------------------------------------------------------------


def test_a_folder_gets_the_same_bytes_and_nothing_else(company, share):
    sent(company, share)
    copy, own = files(share), files(company.site)
    for name in ("holds.json", "holds/2025.json", "holds/books.json"):
        del copy[name]
    # A portal that nobody was led to there need not go there.
    assert copy == {name: content for name, content in own.items() if "portal/1" not in name}
    assert not sent(company, share).is_new


def test_a_folder_is_readable_to_a_web_server_whatever_the_umask(company, share):
    before = os.umask(0o077)
    try:
        company.publish("2025-11")
        sent(company, share)
    finally:
        os.umask(before)
    for top in (company.site, share):
        closed = [one for one in top.rglob("*") if not one.stat().st_mode & 0o004]
        assert not closed
        assert not [one for one in top.rglob("*") if one.is_dir() and not one.stat().st_mode & 1]


def test_a_full_disk_leaves_the_old_site_and_the_next_sending_carries_on(
    company, share, monkeypatch
):
    sent(company, share)
    company.publish("2025-11")
    copied: list[str] = []
    whole = shutil.copyfile

    def full(source, target):
        if len(copied) == 4:
            raise OSError(errno.ENOSPC, "No space left on device")
        copied.append(str(source))
        return whole(source, target)

    monkeypatch.setattr("helpers.publish.targets.folder.shutil.copyfile", full)
    with pytest.raises(WorkFailed, match=r"No space left on device.*see what they saw before"):
        sent(company, share)
    assert led_to(in_folder(share)) == "monthly/2025-10/r2"
    assert not (share / "monthly/2025-11").exists()
    first, copied = copied, []
    monkeypatch.setattr(
        "helpers.publish.targets.folder.shutil.copyfile",
        lambda source, target: copied.append(str(source)) or whole(source, target),
    )
    sent(company, share)
    assert led_to(in_folder(share)) == "monthly/2025-11/r1"
    assert len(set(first)) == 4 and not set(first) & set(copied)
    assert not (share / ".build").exists()


def test_a_copy_on_another_disk_is_renamed_on_that_disk(company, share, monkeypatch):
    """A rename across disks fails on every system; none may be tried."""
    whole = Path.replace

    def strict(self, target):
        if self.is_relative_to(share) != Path(target).is_relative_to(share):
            raise OSError(errno.EXDEV, "Invalid cross-device link")
        return whole(self, target)

    monkeypatch.setattr(Path, "replace", strict)
    monkeypatch.setattr(Path, "rename", strict)
    sent(company, share)
    assert led_to(in_folder(share)) == "monthly/2025-10/r2"


# -- either --------------------------------------------------------------------------------------


def test_the_site_of_somebody_else_is_refused(company, share, tmp_path):
    sent(company, share)
    before = files(share)
    other = SiteByHand(tmp_path / "other")
    other.publish("2025-10", review="annual")
    with pytest.raises(WorkFailed, match="holds monthly/2025-10/r1, which this site has not"):
        sent(other, share)
    again = SiteByHand(tmp_path / "again")  # lost, and made anew: the numbers come again
    again.workspace = WORKSPACE
    again.publish("2025-10", review="monthly")
    record = again.site / "monthly/2025-10/r1/manifest.json"
    record.write_text(record.read_text() + " ")
    (again.site / "monthly/2025-10/seals.json").unlink()
    shutil.copytree(again.site / "monthly/2025-10/r1", again.site / "monthly/2025-10/r2")
    with pytest.raises(WorkFailed, match="holds another monthly/2025-10/r1 than this site"):
        sent(again, share)
    assert files(share) == before


def test_a_home_page_that_is_not_ours_is_never_overwritten(company, share):
    (share / "index.html").write_text("the company's own", encoding="utf-8")
    with pytest.raises(WorkFailed, match="did not come from here"):
        sent(company, share)
    assert list(files(share)) == ["index.html"]


def test_old_portals_leave_the_target_a_day_after_their_successor_came(company, share):
    sent(company, share)  # portal 2
    company.publish("2025-11")
    sent(company, share)  # portal 3
    company.publish("2025-11")
    sent(company, share)
    assert {one.name for one in (share / "portal").iterdir()} == {"2", "3", "4"}
    for one in (share / "portal").iterdir():
        os.utime(one, (1, 1))
    company.publish("2025-11")
    sent(company, share)
    # 4 was the one that readers were led to until now.
    assert {one.name for one in (share / "portal").iterdir()} == {"4", "5"}


def test_targets_are_named_or_given_and_never_guessed(company, share, tmp_path, monkeypatch):
    def named(*to: str, **targets: Target):
        return send(WORKSPACE.model_copy(update={"targets": targets}), company.paths, to)

    with pytest.raises(AskedWrongly, match="none is declared"):
        named()
    with pytest.raises(AskedWrongly, match=r"--to bord: is no target; declared .*: board; .*bord"):
        named("bord", board=Target(url=str(share)))
    with pytest.raises(AskedWrongly, match="is no folder; create it, or mount the share"):
        named(str(tmp_path / "not-mounted"))
    with pytest.raises(AskedWrongly, match="is the site itself"):
        named(str(company.site))
    assert named(str(share))[0].files > 20
    monkeypatch.chdir(tmp_path)
    assert not named("./share")[0].is_new
    relative = Target(url=os.path.relpath(share, company.root))  # in workspace.yml: its own folder
    assert not named("board", board=relative)[0].is_new
    assert isinstance(Folder(share).holds("portal"), dict)
